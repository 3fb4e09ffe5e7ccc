import { parentPort } from 'node:worker_threads';

import type { Answer, Asked } from './protocol.js';

/**
 * In a thread: does what it is asked, one task after the other, until the thread is ended. What `Threads` has as
 * `Task` is what `work` takes: nothing checks that here.
 */
export function serveTasks(work: (task: never) => unknown): void {
  const answer = (said: Answer<unknown>): void => parentPort?.postMessage(said, []);
  parentPort?.on('message', ({ task }: Asked<never>) => {
    try {
      answer({ isDone: true, result: work(task) });
    } catch (error) {
      answer({ isDone: false, error });
    }
  });
}
