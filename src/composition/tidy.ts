import type { BlobStore, BlobsKept } from '../runs/ports.js';
import type { Engine } from '../worker/ports.js';
import type { Clock, Logger } from '../worker/worker-deps.js';

const DAY_MS = 24 * 3600 * 1000;
/**
 * Every push leaves layers with its files, and what a weekly build needs should outlast the week. The engine's
 * whole disk is the price of a longer time.
 */
const UNUSED_MS = 7 * DAY_MS;

interface Daily {
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Removes layers of builds that nobody uses any more: now, and then each day until aborted. */
export function tidyDaily(
  { engine, ...daily }: Daily & { readonly engine: Pick<Engine, 'tidy'> },
  signal: AbortSignal,
): Promise<void> {
  return eachDay(() => engine.tidy(UNUSED_MS), 'old layers of builds not removed', daily, signal);
}

/** The same with files of the depot. */
export function tidyFilesDaily(
  { blobs, kept, ...daily }: Daily & { readonly blobs: Pick<BlobStore, 'tidy'>; readonly kept: BlobsKept },
  signal: AbortSignal,
): Promise<void> {
  const tidy = async (): Promise<void> => {
    const { removed } = await blobs.tidy(kept);
    if (removed > 0) {
      daily.logger.info({ removed }, 'unused files removed');
    }
  };
  return eachDay(tidy, 'unused files not removed', daily, signal);
}

async function eachDay(
  work: () => Promise<unknown>,
  failed: string,
  { clock, logger }: Daily,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await work();
    } catch (err) {
      logger.warn({ err }, failed);
    }
    await clock.sleep(DAY_MS, signal);
  }
}
