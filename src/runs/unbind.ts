import { isOut, neededLabels, ownLabel } from '../pipeline/labels.js';
import type { JobProgress, PlannedJob } from '../pipeline/model.js';
import { progress } from '../pipeline/progress.js';
import type { Clock, JobQueue, RunRecord, RunStore } from './ports.js';

export interface UnbindDeps {
  readonly queue: JobQueue;
  readonly store: RunStore;
  readonly clock: Clock;
}

type There = readonly ReadonlySet<string>[];

/** Jobs that were queued for the worker that had them, and it is gone: any may take them now, and begin anew. */
export async function unbind(deps: UnbindDeps, record: RunRecord, there: There): Promise<RunRecord> {
  const lost = new Map(record.progress.jobs.filter((job) => isLost(job, there)).map((job) => [job.id, job]));
  let latest = record;
  for (const job of record.plan.jobs) {
    const attempt = lost.get(job.id)?.attempt;
    if (attempt !== undefined) latest = (await offerToAll(deps, record, job, attempt)) ?? latest;
  }
  return latest;
}

async function offerToAll(
  { queue, store, clock }: UnbindDeps,
  { id: run, progress: seen }: RunRecord,
  job: PlannedJob,
  attempt: number,
): Promise<RunRecord | undefined> {
  // A worker that is there after all, and that nobody hears, keeps it.
  if (!(await queue.withdraw(run, job.id, attempt, neededLabels(seen, job)))) return undefined;
  const next = attempt + 1;
  const marked = await store.update(run, ({ plan, progress: now }) =>
    now.jobs.some((one) => one.id === job.id && one.attempt === attempt)
      ? progress(plan, now, { type: 'job_enqueued', job: job.id, attempt: next, at: clock.now() })
      : now,
  );
  if (marked?.changed !== true) return undefined;
  await queue.enqueue(run, job.id, next, neededLabels(marked.run.progress, job));
  return marked.run;
}

function isLost(job: JobProgress, there: There): boolean {
  return isOut(job) && job.boundTo !== undefined && !isThere(job.boundTo, there);
}

export function isThere(worker: string, there: There): boolean {
  return there.some((labels) => labels.has(ownLabel(worker)));
}
