import { isNotAsked, withNeeds } from './asked.js';
import { blockedStages } from './blocked.js';
import { dependents, reached } from './dependents.js';
import { letsGoOn } from './judgement.js';
import type { JobProgress, Outcome, Plan, RunProgress, StageId, StageProgress } from './model.js';
import { namesOf } from './wording.js';

/** Somebody wants stages to run again: with them run those that need them. */
export interface StagesRerun {
  readonly type: 'stages_rerun';
  readonly stages: readonly StageId[];
  /** GitHub login. */
  readonly by: string;
  readonly at: number;
  /** Names the request: the same twice is carried out once. */
  readonly ask: string;
}

/** So many requests are told apart from those that come again: more than anybody makes of a run in three days. */
const REMEMBERED = 50;

/** Stages that must run again when these do: what is behind them in their jobs, and whatever waits for them. */
export function rerunClosure(plan: Plan, stages: readonly StageId[]): ReadonlySet<StageId> {
  return reached(stages, dependents(plan));
}

/** Stages that failed, timed out or were cancelled, and those that were skipped for them. */
export function failedStages(now: RunProgress): readonly StageId[] {
  return now.stages
    .filter(({ state }) => state.status === 'completed' && didFail(state.outcome))
    .map(({ id }) => id);
}

function didFail(outcome: Outcome): boolean {
  return !letsGoOn(outcome) || (outcome.kind === 'neutral' && outcome.allowed === true);
}

/** Why these stages cannot run again as the run stands, in words; undefined: they can. */
export function rerunObstacle(plan: Plan, now: RunProgress, stages: readonly StageId[]): string | undefined {
  if (now.cancelledBy !== undefined && now.run.status !== 'completed') {
    return 'the run is being cancelled, and something of it still runs';
  }
  const again = toReset(plan, now, stages);
  if (again.size === 0) return 'none of it runs here';
  const open = now.stages.filter(({ state }) => state.status !== 'completed').map(({ id }) => id);
  const running = now.stages.filter(({ id, state }) => state.status === 'in_progress' && again.has(id));
  if (running.length > 0)
    return about(
      running.map(({ id }) => id),
      'runs now',
      'run now',
    );
  const queued = open.filter((id) => stages.includes(id));
  if (queued.length > 0) return about(queued, 'has not run yet', 'have not run yet');
  // A worker has the job, or may take it at any moment: it knows of no second time.
  const taken = now.jobs.filter(({ status }) => status === 'enqueued' || status === 'running');
  const busy = new Set(taken.map(({ id }) => id));
  const next = plan.jobs
    .filter(({ id, stages: own }) => busy.has(id) && own.some((stage) => again.has(stage)))
    .flatMap((job) => job.stages.filter((stage) => open.includes(stage)));
  return next.length === 0 ? undefined : about(next, 'is about to run', 'are about to run');
}

function about(stages: readonly StageId[], one: string, more: string): string {
  return `${namesOf(stages)} ${stages.length === 1 ? one : more}`;
}

/**
 * The run with these stages before it once more; the same object where that cannot be, or was done for the same
 * request. What was skipped or cancelled and still waits for a stage that did not succeed stays as it is.
 */
export function rerun(plan: Plan, now: RunProgress, event: StagesRerun): RunProgress {
  if (now.asks?.includes(event.ask) === true) return now;
  if (rerunObstacle(plan, now, event.stages) !== undefined) return now;
  const again = toReset(plan, now, event.stages);
  const reset = now.stages.map((stage) => (again.has(stage.id) ? queuedAgain(stage, event) : stage));
  const blocked = blockedStages(plan, { ...now, stages: reset });
  const stages = reset.map((stage, index) => (blocked.has(stage.id) ? (now.stages[index] ?? stage) : stage));
  const open = new Set(stages.filter(({ state }) => state.status !== 'completed').map(({ id }) => id));
  const reopened = new Set(
    plan.jobs
      .filter((job) => job.stages.some((stage) => open.has(stage) && again.has(stage)))
      .map(({ id }) => id),
  );
  const { cancelledBy: _, asks = [], ...rest } = now;
  return {
    ...rest,
    run: now.run.status === 'completed' ? { status: 'queued' } : now.run,
    stages,
    jobs: now.jobs.map((job) => (reopened.has(job.id) ? waitingAgain(job) : job)),
    asks: [...asks, event.ask].slice(-REMEMBERED),
  };
}

/**
 * With what these need and what did not succeed: without it they would only be skipped again. What is behind them
 * and was not asked for from the start stays so: nobody wants it published now.
 */
function toReset(plan: Plan, now: RunProgress, stages: readonly StageId[]): ReadonlySet<StageId> {
  const planned = new Set(plan.jobs.flatMap((job) => job.stages));
  const asked = stages.filter((stage) => planned.has(stage));
  const notAsked = new Set(now.stages.filter(({ state }) => isNotAsked(state)).map(({ id }) => id));
  const failed = new Set(
    now.stages
      .filter(({ state }) => state.status === 'completed' && !letsGoOn(state.outcome))
      .map(({ id }) => id),
  );
  const needed = [...withNeeds(plan, asked)].filter((stage) => failed.has(stage) || notAsked.has(stage));
  const wanted = new Set([...asked, ...needed]);
  const again = [...rerunClosure(plan, [...wanted])];
  return new Set(again.filter((stage) => wanted.has(stage) || !notAsked.has(stage)));
}

function queuedAgain({ id }: StageProgress, { by, at }: StagesRerun): StageProgress {
  return { id, state: { status: 'queued' }, again: { by, at } };
}

/** Under a number of its own: what its last owner may still say was of the time before. */
function waitingAgain(job: JobProgress): JobProgress {
  return { ...job, status: 'waiting', fence: job.fence + 1, seq: 0 };
}
