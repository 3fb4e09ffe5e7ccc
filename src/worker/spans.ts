import type { Span } from '../pipeline/model.js';
import type { Clock } from './worker-deps.js';

/** What a job spends time on beside its stages. */
export interface JobSpans {
  /** Notes the time that `work` takes, also when it fails. */
  timed<T>(what: Pick<Span, 'name' | 'detail'>, work: Promise<T>): Promise<T>;
  /** Those that ended since they were taken the last time. */
  take(): readonly Span[];
}

/** @param begun what was measured before the job was opened */
export function createJobSpans(clock: Pick<Clock, 'now'>, begun: readonly Span[] = []): JobSpans {
  let ended = [...begun];
  return {
    async timed(what, work) {
      const at = clock.now();
      try {
        return await work;
      } finally {
        ended.push(lasting({ ...what, at }, clock.now()));
      }
    },
    take() {
      const taken = ended;
      ended = [];
      return taken;
    },
  };
}

/** A clock that was set back meanwhile says nothing of how long it took. */
export function lasting(begun: Omit<Span, 'ms'>, until: number): Span {
  return { ...begun, ms: Math.max(0, until - begun.at) };
}
