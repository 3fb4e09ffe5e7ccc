import { isChoosy, isOut } from '../pipeline/labels.js';
import type { JobProgress } from '../pipeline/model.js';
import { ready } from '../pipeline/progress.js';
import type { Advance } from './advance.js';
import type { Concurrency } from './concurrency.js';
import { labelsFor } from './placement.js';
import type { Clock, JobQueue, Logger, ReportedEvents, RunRecord, RunStore } from './ports.js';

export interface ReconcileDeps {
  readonly store: RunStore;
  readonly queue: JobQueue;
  readonly advance: Advance;
  readonly concurrency: Concurrency;
  readonly reported: ReportedEvents;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Resolves when others have had their turn: open runs may be thousands. */
  readonly breath: () => Promise<void>;
}

const LOST = 'its workers died too often; run it again when the cause is found';

/**
 * At start and every minute: each open run gets what a crash or an error may have kept from it. A job that
 * was marked and never queued, or that the queue lost, is queued; one that the queue gave up is ended.
 */
export async function reconcile(deps: ReconcileDeps): Promise<void> {
  await deps.concurrency.mend();
  for (const id of await deps.store.unfinished()) {
    await deps.breath();
    const record = await deps.store.load(id);
    if (record === undefined) continue;
    for (const job of record.progress.jobs.filter(isOut)) {
      await lookAfter(deps, record, job);
    }
    // A run whose jobs all are where they should be, and may go to anybody, lacks nothing.
    if (ready(record.plan, record.progress).length > 0 || isChoosy(record.plan, record.progress)) {
      await deps.advance.resume(id);
    }
  }
}

async function lookAfter(
  deps: ReconcileDeps,
  record: RunRecord,
  { id, attempt }: JobProgress,
): Promise<void> {
  const run = record.id;
  const state = await deps.queue.state(run, id, attempt, labelsFor(record, id));
  if (state === 'failed') {
    await jobFailed(deps, run, id);
  }
  if (state !== 'gone') {
    return;
  }
  // The queue is done with a job the moment after its worker reported the end: that may still be unread.
  await deps.reported.settled();
  const now = (await deps.store.load(run))?.progress.jobs.find((job) => job.id === id);
  if (now === undefined || !isOut(now) || now.attempt !== attempt) {
    return;
  }
  deps.logger.warn({ run, job: id }, 'job was not in the queue: queued again');
  // Under a new number: a queue that remembers the old one as done would not take it again.
  const at = deps.clock.now();
  await deps.advance.apply(run, { type: 'job_enqueued', job: id, attempt: attempt + 1, at });
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
