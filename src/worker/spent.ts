import type { Clock } from './worker-deps.js';

/**
 * To take a container apart costs the engine as much as to start one, and it would do so just when the next stage
 * waits for its own. A chain of short stages is over by then; a longer one has time for it.
 */
const SPENT_MILLISECONDS = 2000;

/** Containers whose script has passed: nothing is in them but the shell that waits for the end of its stdin. */
export interface Spent {
  /** @param end takes it apart; called once, after a while or at the job's end */
  add(end: () => void): void;
  /** The job is over: none is left. Safe twice. */
  endAll(): void;
}

export function createSpent(clock: Pick<Clock, 'sleep'>): Spent {
  const over = new AbortController();
  return {
    add(end) {
      void clock.sleep(SPENT_MILLISECONDS, over.signal).then(end);
    },
    endAll() {
      over.abort();
    },
  };
}
