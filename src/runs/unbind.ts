import { ownLabel } from '../pipeline/labels.js';
import type { JobProgress } from '../pipeline/model.js';
import { progress } from '../pipeline/progress.js';
import { labelsFor } from './placement.js';
import type { Clock, JobQueue, RunRecord, RunStore } from './ports.js';

export interface UnbindDeps {
  readonly queue: JobQueue;
  readonly store: RunStore;
  readonly clock: Clock;
}

type There = readonly ReadonlySet<string>[];

/** Jobs that were queued for the worker that had them, and it is gone: any may take them now, and begin anew. */
export async function unbind(deps: UnbindDeps, record: RunRecord, there: There): Promise<RunRecord> {
  const { queue, store, clock } = deps;
  let latest = record;
  for (const { id, attempt } of record.progress.jobs.filter((job) => isLost(job, there))) {
    // A worker that is there after all, and that nobody hears, keeps it.
    if (!(await queue.withdraw(record.id, id, attempt, labelsFor(record, id)))) continue;
    const next = attempt + 1;
    const marked = await store.update(record.id, (now) =>
      now.progress.jobs.some((job) => job.id === id && job.attempt === attempt)
        ? progress(now.plan, now.progress, { type: 'job_enqueued', job: id, attempt: next, at: clock.now() })
        : now.progress,
    );
    if (marked?.changed !== true) continue;
    latest = marked.run;
    await queue.enqueue(latest.id, id, next, labelsFor(latest, id));
  }
  return latest;
}

function isLost({ status, boundTo }: JobProgress, there: There): boolean {
  return (status === 'enqueued' || status === 'running') && boundTo !== undefined && !isThere(boundTo, there);
}

export function isThere(worker: string, there: There): boolean {
  return there.some((labels) => labels.has(ownLabel(worker)));
}
