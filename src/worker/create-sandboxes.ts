import { createNonce } from './nonce.js';
import { type Engine, LABELS } from './ports.js';
import { makeSandbox, removeSandbox, type Sandbox, type Sandboxes } from './sandbox.js';
import type { Clock, Logger } from './worker-deps.js';

/** One is made anew after so long: the name servers that the engine gave it are as old as it is. */
const IDLE_MS = 10 * 60_000;

export interface SandboxesDeps {
  readonly engine: Pick<Engine, 'network' | 'waiting'>;
  readonly install: string;
  readonly workerId: string;
  readonly size: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

export function createSandboxes(deps: SandboxesDeps): Sandboxes {
  const { engine, clock, logger } = deps;
  const labels = { [LABELS.install]: deps.install, [LABELS.worker]: deps.workerId, [LABELS.pool]: 'yes' };
  /** Each with what ends its waiting. */
  const ready = new Map<Sandbox, AbortController>();
  /** Could not be removed: the engine was away. */
  const left = new Set<Sandbox>();
  let { size } = deps;
  let filling: Promise<void> | undefined;

  const leave = (sandbox: Sandbox): boolean => {
    ready.get(sandbox)?.abort();
    return ready.delete(sandbox);
  };
  const remove = async (sandbox: Sandbox): Promise<void> => {
    left.delete(sandbox);
    await removeSandbox(sandbox).catch((err: unknown) => {
      left.add(sandbox);
      logger.warn({ err }, 'sandbox not removed');
    });
  };
  const watch = async (sandbox: Sandbox, over: AbortController): Promise<void> => {
    const ended = sandbox.waiting.exited().catch(() => undefined);
    await Promise.race([ended, clock.sleep(IDLE_MS, over.signal)]);
    if (!leave(sandbox)) return;
    await remove(sandbox);
    refill();
  };
  const fill = async (): Promise<void> => {
    await Promise.all([...left].map(remove));
    // One after the other: what runs goes first.
    while (ready.size < size) {
      const sandbox = await makeSandbox(engine, `cyclone-sandbox-${createNonce().slice(0, 12)}`, labels);
      if (sandbox === undefined) size = 0;
      else if (ready.size >= size) await remove(sandbox);
      else {
        const over = new AbortController();
        ready.set(sandbox, over);
        void watch(sandbox, over);
      }
    }
  };
  const refill = (): void => {
    filling ??= fill()
      .catch((err: unknown) => logger.warn({ err }, 'no sandbox made'))
      .finally(() => {
        filling = undefined;
      });
  };

  return {
    take() {
      const [sandbox] = ready.keys();
      if (sandbox !== undefined) leave(sandbox);
      return sandbox;
    },
    refill,
    ready: () => ready.size,
    async close() {
      size = 0;
      await filling;
      await Promise.all([...[...ready.keys()].filter(leave), ...left].map(remove));
    },
  };
}
