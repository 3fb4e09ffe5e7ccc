import type { JobProgress, Plan, PlannedJob, PlannedStage, RunProgress, StageId } from './model.js';

/** It becomes a part of a queue's name. */
const LABEL = /^[A-Za-z0-9._-]{1,50}$/;

/** What one job may ask for; each new combination is a queue of its own. */
export const MAX_LABELS = 10;

export function isLabel(text: string): boolean {
  return LABEL.test(text);
}

/** What the worker of a job must have for all its stages: sorted, each once. */
export function labelsOf(stages: readonly PlannedStage[], ids: readonly StageId[]): readonly string[] {
  const wanted = stages.filter(({ id }) => ids.includes(id)).flatMap(({ options }) => options?.runsOn ?? []);
  return [...new Set(wanted)].sort();
}

/** Every worker has one of these that no other has: what is on its machine only is used there. */
export function ownLabel(worker: string): string {
  return `worker-${worker}`;
}

/**
 * What the worker of a job must have as the run stands: with an image from another job, it is who built it; with
 * something left of an earlier try, it may be who has that.
 */
export function neededLabels(
  { stages, jobs }: Pick<RunProgress, 'stages' | 'jobs'>,
  { id, runsOn = [], imageOf }: PlannedJob,
): readonly string[] {
  const build = stages.find((stage) => stage.id === imageOf)?.state;
  const builder = build?.status === 'completed' ? build.facts.worker : undefined;
  const worker = builder ?? jobs.find((job) => job.id === id)?.boundTo;
  return worker === undefined ? runsOn : [...new Set([...runsOn, ownLabel(worker)])].sort();
}

/**
 * The worker on which the next owner of a job finds what the stages before its own left. Undefined: nothing of it
 * is done, nobody had it, or it must be where an image is.
 */
export function lastWorker(
  { stages, jobs }: Pick<RunProgress, 'stages' | 'jobs'>,
  { id, stages: own, imageOf }: PlannedJob,
): string | undefined {
  const isBegun = stages.some((stage) => own.includes(stage.id) && stage.state.status === 'completed');
  return isBegun && imageOf === undefined ? jobs.find((job) => job.id === id)?.worker : undefined;
}

/** Whether it matters to a run which workers are there: a job of it is out that not all of them may take. */
export function isChoosy(plan: Pick<Plan, 'jobs'>, progress: RunProgress): boolean {
  if (progress.run.status === 'completed') return false;
  const out = new Map(progress.jobs.filter(isOut).map((job) => [job.id, job]));
  return plan.jobs.some((job) => {
    const now = out.get(job.id);
    if (now === undefined) return false;
    return now.boundTo !== undefined || (now.status === 'enqueued' && neededLabels(progress, job).length > 0);
  });
}

/** Given to the queue, and not known to be over. */
export function isOut({ status }: JobProgress): boolean {
  return status === 'enqueued' || status === 'running';
}

/** For people: `a worker with the labels arm64 and gpu`. */
export function workerWith(labels: readonly string[]): string {
  const last = labels.at(-1);
  if (last === undefined) return 'a worker';
  return labels.length === 1
    ? `a worker with the label ${last}`
    : `a worker with the labels ${labels.slice(0, -1).join(', ')} and ${last}`;
}
