import { NOT_ASKED } from './asked.js';
import { blockedStages, consequence } from './blocked.js';
import { behindBy, byServersClock } from './clocks.js';
import { conclude } from './conclusion.js';
import { hasGoneOut } from './gone-out.js';
import { judged, letsGoOn } from './judgement.js';
import type {
  JobProgress,
  Outcome,
  Plan,
  PlannedJob,
  RunProgress,
  StageFacts,
  StageId,
  StageProgress,
  StageState,
  WorkerEvent,
} from './model.js';
import { rerun, type StagesRerun } from './rerun.js';
import { type RestWanted, restBegun, withRest } from './rest.js';
import { withSpans } from './spans.js';
import { lookAt } from './standing.js';
import { type StageWaits, waitsOver, withWaits } from './waiting.js';

/** What changes a run besides its worker. */
export type ServerEvent =
  /** About to be put before the workers, under this number; `worker`: before this one alone. */
  | {
      readonly type: 'job_enqueued';
      readonly job: string;
      readonly attempt: number;
      readonly worker?: string;
      readonly at: number;
    }
  /** A worker took the job; its events bear this fence. */
  | { readonly type: 'job_leased'; readonly job: string; readonly fence: number; readonly at: number }
  /** The queue gave the job up, e.g. its worker died too often. */
  | { readonly type: 'job_failed'; readonly job: string; readonly reason: string; readonly at: number }
  | {
      readonly type: 'run_cancelled';
      readonly by: string;
      readonly at: number;
      /** Not when it has begun to publish or to deploy. */
      readonly sparing?: true;
    }
  | StagesRerun
  | RestWanted
  | StageWaits;

export type RunEvent = WorkerEvent | ServerEvent;

/** A run just planned: skipped stages, and those that are not among the `asked` ones, are over; the rest is queued. */
export function begin(plan: Plan, at: number, asked?: ReadonlySet<StageId>): RunProgress {
  const stages = plan.stages.map(({ id, skip }): StageProgress => {
    const reason = skip ?? (asked?.has(id) === false ? NOT_ASKED : undefined);
    const state: StageState =
      reason === undefined
        ? { status: 'queued' }
        : { status: 'completed', outcome: { kind: 'skipped', reason }, facts: {}, completedAt: at };
    return { id, state };
  });
  const jobs = plan.jobs.map(
    (job): JobProgress => ({ id: job.id, status: 'waiting', attempt: 0, fence: 0, seq: 0 }),
  );
  return conclude(plan, settleJobs(plan, { run: { status: 'queued' }, stages, jobs }), at);
}

/**
 * The run after the event. Idempotent: an event that was applied, or that an older owner sent, changes
 * nothing, and then the same object comes back.
 */
export function progress(plan: Plan, now: RunProgress, event: RunEvent): RunProgress {
  if (event.type === 'stages_rerun') {
    return rerun(plan, now, event);
  }
  if (event.type === 'rest_wanted') {
    return withRest(plan, now, event);
  }
  if (now.run.status === 'completed') {
    return 'seq' in event && event.type === 'job_ended' ? withJob(now, event.job, { status: 'done' }) : now;
  }
  if (!('seq' in event)) {
    return settled(plan, now, applyServerEvent(plan, now, event), event.at);
  }
  const job = now.jobs.find((candidate) => candidate.id === event.job);
  if (job === undefined || event.fence !== job.fence || event.seq <= job.seq) {
    return now;
  }
  const behind = behindBy(job, event);
  const ours = byServersClock(event, behind);
  const seen = withJob(now, job.id, {
    seq: event.seq,
    ...(behind !== 0 && { behind }),
    ...withSpans(job, ours.spans ?? []),
  });
  return settled(plan, now, applyWorkerEvent(plan, seen, ours), ours.at);
}

function settled(plan: Plan, now: RunProgress, next: RunProgress, at: number): RunProgress {
  return next === now
    ? now
    : restBegun(plan, conclude(plan, settleJobs(plan, waitsOver(plan, now, next)), at));
}

/** Jobs that nobody has queued yet and whose next stage waits for nobody. */
export function ready(plan: Plan, now: RunProgress): readonly PlannedJob[] {
  if (now.run.status === 'completed') {
    return [];
  }
  const status = new Map(now.jobs.map((job) => [job.id, job.status]));
  const waiting = plan.jobs.filter((job) => status.get(job.id) === 'waiting');
  if (waiting.length === 0) {
    return [];
  }
  const look = lookAt(plan, now);
  return waiting.filter((job) => {
    const next = job.stages.find((stage) => look.state(stage)?.status !== 'completed');
    return next !== undefined && look.awaited(next).length === 0;
  });
}

/**
 * The first stage of a job that must wait for other jobs as the run stands: an owner of the job gives it
 * back there. Undefined: the job can go to its end.
 */
export function heldAt(plan: Plan, now: RunProgress, job: PlannedJob): StageId | undefined {
  const look = lookAt(plan, now);
  return job.stages.find(
    (stage) => look.state(stage)?.status !== 'completed' && look.awaited(stage).length > 0,
  );
}

/** Ids of the stages that look different after. */
export function changedStages(before: RunProgress, after: RunProgress): readonly StageId[] {
  const old = new Map(before.stages.map((stage) => [stage.id, stage.state]));
  return after.stages.filter((stage) => old.get(stage.id) !== stage.state).map((stage) => stage.id);
}

function applyWorkerEvent(plan: Plan, seen: RunProgress, event: WorkerEvent): RunProgress {
  switch (event.type) {
    case 'job_started':
      return started(withJob(seen, event.job, { worker: event.worker }), event.at);
    case 'stage_started':
      return withStage(started(seen, event.at), event.stage, (state) =>
        state.status === 'queued' ? { status: 'in_progress', startedAt: event.at } : state,
      );
    case 'stage_ended':
      return endStage(plan, seen, event);
    case 'job_returned':
      return withJob(seen, event.job, { status: 'waiting' });
    case 'job_ended':
      return endJob(plan, seen, event.job, event.at, 'the job ended before this stage');
  }
}

function applyServerEvent(
  plan: Plan,
  now: RunProgress,
  event: Exclude<ServerEvent, StagesRerun | RestWanted>,
): RunProgress {
  switch (event.type) {
    case 'job_enqueued':
      return enqueueJob(now, event);
    case 'job_leased':
      return now.cancelledBy === undefined
        ? leaseJob(now, event)
        : cancelJob(plan, now, event.job, now.cancelledBy, event.at);
    case 'job_failed':
      return endJob(plan, now, event.job, event.at, event.reason);
    case 'run_cancelled':
      if (event.sparing === true && hasGoneOut(plan, now)) {
        return now;
      }
      return cancelRun({ ...now, cancelledBy: event.by }, event.by, event.at);
    case 'stage_waits':
      return withWaits(plan, now, event);
  }
}

function enqueueJob(now: RunProgress, event: ServerEvent & { readonly type: 'job_enqueued' }): RunProgress {
  const job = now.jobs.find(({ id }) => id === event.job);
  if (job?.status === 'done') {
    return now;
  }
  const waitsSince = job?.status === 'enqueued' ? job.enqueuedAt : undefined;
  return withJob(now, event.job, {
    status: 'enqueued',
    attempt: event.attempt,
    boundTo: event.worker,
    enqueuedAt: waitsSince ?? event.at,
  });
}

/** A job that is taken from an owner who died was in no queue since: its time is that owner's. */
function leaseJob(now: RunProgress, event: ServerEvent & { readonly type: 'job_leased' }): RunProgress {
  const job = now.jobs.find(({ id }) => id === event.job);
  const since = job?.status === 'enqueued' ? job.enqueuedAt : undefined;
  const waited = since === undefined ? [] : [{ name: 'queue', at: since, ms: Math.max(0, event.at - since) }];
  return withJob(now, event.job, {
    status: 'running',
    fence: event.fence,
    seq: 0,
    leasedAt: event.at,
    behind: undefined,
    ...(job && withSpans(job, waited)),
  });
}

/** Ends what waits. A stage that runs is ended by its worker, which says how far it came. */
function cancelRun(now: RunProgress, by: string, at: number): RunProgress {
  const waiting = now.stages.filter((stage) => stage.state.status === 'queued');
  return completeAll(now, new Set(waiting.map((stage) => stage.id)), { kind: 'cancelled', by }, at);
}

/** A job whose owner died after the run was cancelled: nobody is left to end its stages. */
function cancelJob(plan: Plan, now: RunProgress, id: string, by: string, at: number): RunProgress {
  const closed = completeAll(now, stagesOf(plan, id), { kind: 'cancelled', by }, at);
  return withJob(closed, id, { status: 'done' });
}

function stagesOf(plan: Plan, id: string): ReadonlySet<StageId> {
  return new Set(plan.jobs.find((job) => job.id === id)?.stages);
}

function endStage(
  plan: Plan,
  now: RunProgress,
  event: WorkerEvent & { readonly type: 'stage_ended' },
): RunProgress {
  const planned = plan.stages.find(({ id }) => id === event.stage);
  const outcome = judged(planned ?? {}, event.outcome);
  const goesOn = letsGoOn(outcome);
  const ended = withStage(now, event.stage, (state) =>
    // A stage that passed may run again because its workspace was lost; only its failing then is news.
    completed(goesOn ? state : reopened(state), outcome, event.facts, event.at),
  );
  if (goesOn) {
    return ended;
  }
  const stages = plan.jobs.find((job) => job.id === event.job)?.stages ?? [];
  const rest = new Set(stages.slice(stages.indexOf(event.stage) + 1));
  return skipBlocked(plan, completeAll(ended, rest, consequence(event.stage, outcome), event.at), event.at);
}

function skipBlocked(plan: Plan, now: RunProgress, at: number): RunProgress {
  const blocked = blockedStages(plan, now);
  const stages = now.stages.map((stage) => {
    const outcome = blocked.get(stage.id);
    return outcome === undefined ? stage : { ...stage, state: completed(stage.state, outcome, {}, at) };
  });
  return { ...now, stages };
}

/** A job that no owner has and that has nothing left to do is over: nobody will say so. */
function settleJobs(plan: Plan, now: RunProgress): RunProgress {
  const open = new Set(now.stages.filter(({ state }) => state.status !== 'completed').map(({ id }) => id));
  const busy = new Set(
    plan.jobs.filter(({ stages }) => stages.some((stage) => open.has(stage))).map(({ id }) => id),
  );
  const isOver = ({ id, status }: JobProgress): boolean =>
    (status === 'waiting' || status === 'enqueued') && !busy.has(id);
  if (!now.jobs.some(isOver)) {
    return now;
  }
  return { ...now, jobs: now.jobs.map((job) => (isOver(job) ? { ...job, status: 'done' as const } : job)) };
}

/** A job that is over leaves no stage of its own open: an open check would block a merge for ever. */
function endJob(plan: Plan, now: RunProgress, id: string, at: number, reason: string): RunProgress {
  const error: Outcome = { kind: 'error', message: reason };
  const mayFail = new Set(
    plan.stages.filter(({ options }) => options?.allowFailure === true).map((stage) => stage.id),
  );
  const ids = [...stagesOf(plan, id)];
  const forgiven = completeAll(
    now,
    new Set(ids.filter((stage) => mayFail.has(stage))),
    judged({ options: { allowFailure: true } }, error),
    at,
  );
  const closed = completeAll(forgiven, new Set(ids), error, at);
  return withJob(skipBlocked(plan, closed, at), id, { status: 'done' });
}

function started(now: RunProgress, at: number): RunProgress {
  return now.run.status === 'queued' ? { ...now, run: { status: 'in_progress', startedAt: at } } : now;
}

function completeAll(now: RunProgress, ids: ReadonlySet<StageId>, outcome: Outcome, at: number): RunProgress {
  const stages = now.stages.map((stage) =>
    ids.has(stage.id) ? { ...stage, state: completed(stage.state, outcome, {}, at) } : stage,
  );
  return { ...now, stages };
}

function completed(state: StageState, outcome: Outcome, facts: StageFacts, at: number): StageState {
  if (state.status === 'completed') {
    return state;
  }
  const startedAt = state.status === 'in_progress' ? { startedAt: state.startedAt } : {};
  return { status: 'completed', outcome, facts, ...startedAt, completedAt: at };
}

function reopened(state: StageState): StageState {
  if (state.status !== 'completed') {
    return state;
  }
  return state.startedAt === undefined
    ? { status: 'queued' }
    : { status: 'in_progress', startedAt: state.startedAt };
}

function withStage(now: RunProgress, id: StageId, change: (state: StageState) => StageState): RunProgress {
  const stages = now.stages.map((stage) =>
    stage.id === id ? { ...stage, state: change(stage.state) } : stage,
  );
  return { ...now, stages };
}

function withJob(now: RunProgress, id: string, change: Partial<JobProgress>): RunProgress {
  return { ...now, jobs: now.jobs.map((job) => (job.id === id ? { ...job, ...change } : job)) };
}
