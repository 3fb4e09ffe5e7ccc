import type { JobStatus, Plan, PlannedJob, RunProgress, StageId, StageProgress } from './model.js';

/** A stage waits for something outside its run; true only while its job is in the state that is given. */
export interface StageWaits {
  readonly type: 'stage_waits';
  readonly stage: StageId;
  /** As in the state of the stage: completes "waits for". Undefined: for nothing any more. */
  readonly waits: string | undefined;
  readonly while: JobStatus;
  readonly at: number;
}

/** The run with the words on its stage; the same object where they are there already, or true no more. */
export function withWaits(
  plan: Plan,
  now: RunProgress,
  { stage, waits, while: status }: StageWaits,
): RunProgress {
  const job = plan.jobs.find(({ stages }) => stages.includes(stage));
  const isSo = now.jobs.some((candidate) => candidate.id === job?.id && candidate.status === status);
  const isNews = ({ id, state }: StageProgress): boolean =>
    id === stage && state.status === 'queued' && state.waits !== waits;
  if (!isSo || !now.stages.some(isNews)) return now;
  const stages = now.stages.map((one) => (isNews(one) ? { ...one, state: queued(waits) } : one));
  return { ...now, stages };
}

/** What a stage waited for was said of the state that its job was in. */
export function waitsOver(plan: Plan, before: RunProgress, now: RunProgress): RunProgress {
  const was = new Map(before.jobs.map(({ id, status }) => [id, status]));
  const moved = new Set(now.jobs.filter(({ id, status }) => was.get(id) !== status).map(({ id }) => id));
  const stages = new Set(plan.jobs.filter(({ id }) => moved.has(id)).flatMap((job) => job.stages));
  const isOld = ({ id, state }: StageProgress): boolean =>
    stages.has(id) && state.status === 'queued' && state.waits !== undefined;
  if (!now.stages.some(isOld)) return now;
  return { ...now, stages: now.stages.map((one) => (isOld(one) ? { ...one, state: queued() } : one)) };
}

function queued(waits?: string): StageProgress['state'] {
  return waits === undefined ? { status: 'queued' } : { status: 'queued', waits };
}

/** The first stage of a job that has not ended. */
export function nextStage({ stages }: RunProgress, job: PlannedJob): StageId | undefined {
  return openStages(stages, job)[0];
}

/** The group of stages of which one runs at a time; undefined: it has none. */
export function groupOf(plan: Plan, stage: StageId): string | undefined {
  return plan.stages.find(({ id }) => id === stage)?.options?.concurrency;
}

/** The first stage behind a job's next one that has a group: nobody holds one while doing something else. */
export function groupAhead(plan: Plan, { stages }: RunProgress, job: PlannedJob): StageId | undefined {
  return openStages(stages, job)
    .slice(1)
    .find((stage) => groupOf(plan, stage) !== undefined);
}

function openStages(stages: RunProgress['stages'], job: PlannedJob): readonly StageId[] {
  const over = new Set(stages.filter(({ state }) => state.status === 'completed').map(({ id }) => id));
  return job.stages.filter((stage) => !over.has(stage));
}
