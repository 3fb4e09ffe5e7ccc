import type { LaneLog } from './lane.js';
import type { Clock } from './ports.js';

export interface Reloads {
  /** The run has changed. Does not wait for anything. */
  take(run: number): void;
  /** Whether something is still to be read. */
  isBusy(): boolean;
  /** Resolves when the read under way is over. */
  ended(): Promise<void>;
}

export interface ReloadsDeps {
  /** Reads what has changed, and wakes who is to tell of it. */
  readonly read: (run: number) => Promise<void>;
  /** Nothing is left to be read. */
  readonly settled: () => void;
  readonly clock: Clock;
  readonly logger: Pick<LaneLog, 'error'>;
  readonly stopping: AbortSignal;
}

const RETRY_MS = 1_000;

/** Reads runs that have changed, one after the other; a run that changes often in the meantime is read once. */
export function createReloads({ read, settled, clock, logger, stopping }: ReloadsDeps): Reloads {
  const stale = new Set<number>();
  let reloading: Promise<void> | undefined;

  async function reload(): Promise<void> {
    for (const run of stale) {
      try {
        // Before the read: a change during it makes the run stale again.
        stale.delete(run);
        await read(run);
      } catch (error) {
        stale.add(run);
        logger.error({ run, error: String(error) }, 'what changed could not be read');
        await clock.sleep(RETRY_MS, stopping);
      }
      if (stopping.aborted) {
        stale.clear();
      }
    }
    // In one turn with the last look at `stale`: no change comes between.
    reloading = undefined;
    settled();
  }

  return {
    take(run) {
      if (!stopping.aborted) {
        stale.add(run);
        reloading ??= reload();
      }
    },
    isBusy: () => reloading !== undefined,
    async ended() {
      await reloading;
    },
  };
}
