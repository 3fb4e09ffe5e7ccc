import type { Advance } from './advance.js';
import type { Cancellations, Clock, Logger } from './ports.js';

export interface CancelDeps {
  readonly advance: Advance;
  readonly cancellations: Cancellations;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * `by` completes the sentence "Cancelled: …". `sparing`: a run that has begun to publish or to deploy goes on.
 */
export type CancelRun = (run: number, by: string, how?: 'sparing') => Promise<void>;

/** Stored first, told after: a worker that misses the message learns it at its next lease. */
export function createCancel(deps: CancelDeps): CancelRun {
  return async (run, by, how) => {
    const record = await deps.advance.apply(run, {
      type: 'run_cancelled',
      by,
      at: deps.clock.now(),
      ...(how === 'sparing' && { sparing: true }),
    });
    if (record?.progress.cancelledBy === by) {
      deps.logger.info({ run, by }, 'run cancelled');
      await deps.cancellations.cancel(run, by);
    }
  };
}
