import type { Advance } from './advance.js';
import type { Clock, JobQueue, Logger, RunStore } from './ports.js';

export interface ReconcileDeps {
  readonly store: RunStore;
  readonly queue: JobQueue;
  readonly advance: Advance;
  readonly clock: Clock;
  readonly logger: Logger;
}

const LOST = 'its workers died too often; run it again when the cause is found';

/**
 * At start: every open run gets what a crash may have kept from it. A job that was marked and never
 * queued, or that the queue lost, is queued; one that the queue gave up is ended.
 */
export async function reconcile(deps: ReconcileDeps): Promise<void> {
  for (const id of await deps.store.unfinished()) {
    const record = await deps.store.load(id);
    for (const { id: job, status, attempt } of record?.progress.jobs ?? []) {
      if (status !== 'enqueued' && status !== 'running') {
        continue;
      }
      const state = await deps.queue.state(id, job, attempt);
      if (state === 'gone') {
        deps.logger.warn({ run: id, job }, 'job was not in the queue: queued again');
        // Under a new number: a queue that remembers the old one as done would not take it again.
        await deps.advance.apply(id, {
          type: 'job_enqueued',
          job,
          attempt: attempt + 1,
          at: deps.clock.now(),
        });
        await deps.queue.enqueue(id, job, attempt + 1);
      } else if (state === 'failed') {
        await jobFailed(deps, id, job);
      }
    }
    await deps.advance.resume(id);
  }
}

/** The queue gave a job up: its checks must end all the same. */
export async function jobFailed(
  deps: Pick<ReconcileDeps, 'advance' | 'clock' | 'logger'>,
  run: number,
  job: string,
): Promise<void> {
  deps.logger.error({ run, job }, 'job given up by the queue');
  await deps.advance.apply(run, { type: 'job_failed', job, reason: LOST, at: deps.clock.now() });
}
