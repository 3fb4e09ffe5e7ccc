import type { Engine } from '../worker/ports.js';
import type { Clock, Logger } from '../worker/worker-deps.js';

const DAY_MS = 24 * 3600 * 1000;
/**
 * Every push leaves layers with its files, and what a weekly build needs should outlast the week. The engine's
 * whole disk is the price of a longer time.
 */
const UNUSED_MS = 7 * DAY_MS;

/** Removes layers of builds that nobody uses any more: now, and then each day until aborted. */
export async function tidyDaily(
  { engine, clock, logger }: { engine: Pick<Engine, 'tidy'>; clock: Clock; logger: Logger },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await engine.tidy(UNUSED_MS);
    } catch (err) {
      logger.warn({ err }, 'old layers of builds not removed');
    }
    await clock.sleep(DAY_MS, signal);
  }
}
