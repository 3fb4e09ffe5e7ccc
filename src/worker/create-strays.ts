import { type Engine, EngineUnavailable, type Labels } from './ports.js';
import type { Strays } from './strays.js';
import type { Clock, Logger } from './worker-deps.js';

/** After so long an engine that lost its caller is at nothing any more: what it has not made by then it never will. */
const SETTLED_MS = 60_000;

export interface StraysDeps {
  readonly engine: Pick<Engine, 'reap'>;
  /** Resolves when the engine answers, or when nothing is begun any more. */
  readonly engineBack: () => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Stray {
  readonly labels: Labels;
  readonly since: number;
}

export function createStrays({ engine, engineBack, clock, logger }: StraysDeps): Strays {
  const strays = new Set<Stray>();
  const over = new AbortController();
  let removing: Promise<void> | undefined;
  let again = false;

  const removeEach = async (): Promise<void> => {
    const now = clock.now();
    for (const stray of strays) {
      await engine.reap(stray.labels, { images: false });
      // A request whose answer was lost may still be in the engine's hands: then this look has found nothing yet.
      if (now - stray.since >= SETTLED_MS) strays.delete(stray);
    }
  };
  const removeWhenBack = async (): Promise<void> => {
    try {
      await removeEach();
    } catch (error) {
      if (!(error instanceof EngineUnavailable)) throw error;
      await engineBack();
      await removeEach();
    }
  };
  const removeAll = async (): Promise<void> => {
    while (again && !over.signal.aborted) {
      again = false;
      await removeWhenBack().catch((err: unknown) => logger.warn({ err }, 'strays not removed'));
    }
  };
  const remove = (): void => {
    if (strays.size === 0) return;
    again = true;
    removing ??= removeAll().finally(() => {
      removing = undefined;
    });
  };

  return {
    add(labels) {
      strays.add({ labels, since: clock.now() });
      remove();
      void clock.sleep(SETTLED_MS, over.signal).then(remove);
    },
    remove,
    async close() {
      over.abort();
      await removing;
      await removeEach().catch((err: unknown) => logger.warn({ err }, 'strays not removed'));
    },
  };
}
