import type { Container, Engine } from './ports.js';
import {
  type Adopted,
  type Early,
  makeSandbox,
  nameEarly,
  removeSandbox,
  type Sandbox,
  type Sandboxes,
} from './sandbox.js';
import type { Strays } from './strays.js';
import type { Clock, Logger } from './worker-deps.js';

/** One is made anew after so long: the name servers that the engine gave it are as old as it is. */
const IDLE_MS = 10 * 60_000;

export interface SandboxesDeps {
  readonly engine: Pick<Engine, 'network' | 'waiting'>;
  /** Told of what could not be made whole, or not be removed. */
  readonly strays: Pick<Strays, 'add'>;
  readonly install: string;
  readonly workerId: string;
  readonly size: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

export function createSandboxes(deps: SandboxesDeps): Sandboxes {
  const { engine, strays, clock, logger } = deps;
  /** Each with what ends its waiting. */
  const ready = new Map<Sandbox, AbortController>();
  let { size } = deps;
  let filling: Promise<void> | undefined;

  const leave = (sandbox: Sandbox): boolean => {
    ready.get(sandbox)?.abort();
    return ready.delete(sandbox);
  };
  const remove = async (sandbox: Adopted): Promise<void> => {
    await removeSandbox(sandbox).catch((err: unknown) => {
      strays.add(sandbox.labels);
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
  const make = async (early: Early): Promise<Adopted> => {
    try {
      return await makeSandbox(engine, early);
    } catch (error) {
      strays.add(early.labels);
      throw error;
    }
  };
  const fill = async (): Promise<void> => {
    // One after the other: what runs goes first.
    while (ready.size < size) {
      const sandbox = await make(nameEarly('sandbox', deps));
      if (!isWhole(sandbox)) size = 0;
      if (ready.size < size && isWhole(sandbox)) {
        const over = new AbortController();
        ready.set(sandbox, over);
        void watch(sandbox, over);
      } else await remove(sandbox);
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
      await Promise.all([...ready.keys()].filter(leave).map(remove));
    },
  };
}

function isWhole(sandbox: Adopted): sandbox is Adopted & { readonly waiting: Container } {
  return sandbox.waiting !== undefined;
}
