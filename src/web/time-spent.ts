import { beganAt } from '../pipeline/began.js';
import { duration } from '../pipeline/measures.js';
import type { JobProgress, Span, StageId, StageState } from '../pipeline/model.js';
import { reportSpans, type Told, WHOLE_RUN } from '../pipeline/told.js';
import { type Phase, phaseOfReport, phasesOf, phasesOfJob } from './phases.js';
import type { RunView } from './ports.js';
import { directlyBefore, nodesOf, type RunNode } from './run-nodes.js';

/** Times are milliseconds since the run began; the parts of a bar follow one another. */
export interface Bar {
  readonly node: RunNode;
  /** Since when nothing but a worker was missing. */
  readonly readyAt: number;
  /** Undefined: it waits still. */
  readonly startedAt: number | undefined;
  /** When what it needs was in place. */
  readonly workAt: number | undefined;
  readonly endAt: number;
  /** Since when it leaves what others want of it. */
  readonly leavesAt: number | undefined;
  /** What its job did until it began: of the first stage of a job. */
  readonly before: readonly Phase[];
  /** Of a single stage that is over; behind its end until GitHub knew it. */
  readonly phases: readonly Phase[];
}

/** What a job did that is no stage's own. */
export interface JobTime {
  readonly job: string;
  readonly phases: readonly Phase[];
}

export interface TimeSpent {
  readonly totalMs: number;
  /** Until GitHub knew of the last end. */
  readonly untilMs: number;
  readonly bars: readonly Bar[];
  readonly jobs: readonly JobTime[];
  /** Of the run as a whole. */
  readonly phases: readonly Phase[];
  /** One sentence; undefined: there is nothing to say yet. */
  readonly words: string | undefined;
}

/** Where the time of a run went since somebody last had it begin. */
export function timeSpent(view: RunView, told: Told, now: number): TimeSpent {
  const begin = beganAt(view);
  const reports = reportSpans(view.progress, told, begin);
  const firsts = firstOfJobs(view, begin);
  const states = new Map(view.progress.stages.map(({ id, state }) => [id, state]));
  const before = directlyBefore(view);
  const bars = nodesOf(view).flatMap((node): Bar[] => {
    const spans = node.stages.flatMap(({ stage, state }) => {
      const times = timesOf(state, readyAt(stage.id, before, states, begin), begin, now);
      const job = firsts.get(stage.id);
      const report = reports.get(stage.id);
      return times === undefined ? [] : [withJob(withReport(times, report, begin), job, begin)];
    });
    return spans.length === 0 ? [] : [{ node, ...together(spans) }];
  });
  bars.sort((a, b) => (a.startedAt ?? Number.MAX_SAFE_INTEGER) - (b.startedAt ?? Number.MAX_SAFE_INTEGER));
  const totalMs = Math.max(0, ...bars.map(({ endAt }) => endAt));
  const ofRun = reports.get(WHOLE_RUN);
  const phases = ofRun === undefined ? [] : [phaseOfReport(ofRun, begin)];
  const untilMs = Math.max(totalMs, ...[...phases, ...bars.flatMap((bar) => bar.phases)].map(({ to }) => to));
  const jobs = view.progress.jobs.map((job) => ({ job: job.id, phases: phasesOfJob(job, begin) }));
  return {
    totalMs,
    untilMs,
    bars,
    jobs: jobs.filter((job) => job.phases.length > 0),
    phases,
    words: words(bars, totalMs),
  };
}

type Times = Omit<Bar, 'node'>;

/** By stage: the job that began with it. */
function firstOfJobs({ plan, progress }: RunView, begin: number): ReadonlyMap<StageId, JobProgress> {
  return new Map(
    plan.jobs.flatMap(({ id, stages }) => {
      const job = progress.jobs.find((one) => one.id === id);
      const [first] = progress.stages
        .flatMap(({ id: stage, state }) =>
          state.status !== 'queued' &&
          state.startedAt !== undefined &&
          state.startedAt >= begin &&
          stages.includes(stage)
            ? [{ stage, at: state.startedAt }]
            : [],
        )
        .toSorted((a, b) => a.at - b.at);
      return job === undefined || first === undefined ? [] : [[first.stage, job]];
    }),
  );
}

function withJob(times: Times, job: JobProgress | undefined, begin: number): Times {
  const { startedAt } = times;
  if (job === undefined || startedAt === undefined) return times;
  const before = phasesOfJob(job, begin).map((phase) => within(phase, 0, startedAt));
  return { ...times, before: before.filter(({ from, to }) => to > from) };
}

function withReport(times: Times, report: Span | undefined, begin: number): Times {
  return report === undefined ? times : { ...times, phases: [...times.phases, phaseOfReport(report, begin)] };
}

function readyAt(
  id: StageId,
  before: ReadonlyMap<StageId, ReadonlySet<StageId>>,
  states: ReadonlyMap<StageId, StageState>,
  begin: number,
): number | undefined {
  let ready = begin;
  for (const one of before.get(id) ?? []) {
    const state = states.get(one);
    if (state?.status !== 'completed') return undefined;
    ready = Math.max(ready, state.completedAt);
  }
  return ready;
}

/** Undefined: it did not run since `begin`, and waits for more than a worker. */
function timesOf(
  state: StageState,
  ready: number | undefined,
  begin: number,
  now: number,
): Times | undefined {
  if (state.status === 'queued') {
    if (ready === undefined) return undefined;
    const nothing = { startedAt: undefined, workAt: undefined, leavesAt: undefined, before: [], phases: [] };
    return { ...nothing, readyAt: ready - begin, endAt: now - begin };
  }
  if (state.startedAt === undefined) return undefined;
  const endAt = (state.status === 'completed' ? state.completedAt : now) - begin;
  // It is of an earlier time that the run began.
  if (endAt < 0) return undefined;
  // A worker's clock may be behind the server's.
  const startedAt = Math.max(0, state.startedAt - begin);
  const phases = phasesOf(state, begin).map((phase) => within(phase, startedAt, endAt));
  const before = phases.filter(({ kind }) => kind === 'starting').at(-1);
  const workAt = phases.find(({ kind }) => kind === 'running')?.from ?? before?.to ?? startedAt;
  const after = phases.find(({ kind }) => kind === 'finishing');
  return {
    readyAt: Math.min(ready === undefined ? startedAt : ready - begin, startedAt),
    startedAt,
    workAt,
    leavesAt: after && Math.max(after.from, workAt),
    endAt,
    before: [],
    phases,
  };
}

function within(phase: Phase, from: number, to: number): Phase {
  const inside = (at: number): number => Math.min(Math.max(at, from), to);
  return { ...phase, from: inside(phase.from), to: inside(phase.to) };
}

/** Cells of a matrix as one: from the first that could begin to the last that ended. */
function together(spans: readonly Times[]): Times {
  const [only, ...more] = spans;
  if (only !== undefined && more.length === 0) return only;
  const least = (values: readonly (number | undefined)[]): number | undefined =>
    values.reduce(
      (least, value) => (value === undefined || (least ?? value) < value ? least : value),
      undefined,
    );
  const endAt = Math.max(...spans.map((span) => span.endAt));
  return {
    readyAt: least(spans.map((span) => span.readyAt)) ?? 0,
    startedAt: least(spans.map(({ startedAt }) => startedAt)),
    workAt: least(spans.map(({ workAt }) => workAt)),
    leavesAt: undefined,
    endAt,
    before: [],
    phases: [],
  };
}

/** A wait that is shorter is not worth a word. */
const NOTABLE_MS = 1000;

/** `Most of the time: integration, 48 s of 1 min 52 s; 9 s waiting for a worker` */
function words(bars: readonly Bar[], totalMs: number): string | undefined {
  const longest = bars
    .flatMap(({ node, startedAt, endAt }) =>
      startedAt === undefined ? [] : [{ name: node.name, ms: endAt - startedAt }],
    )
    .toSorted((a, b) => b.ms - a.ms)[0];
  const idle = idleMs(bars, totalMs);
  const waiting = idle < NOTABLE_MS ? '' : `${duration(idle)} waiting for a worker`;
  if (longest === undefined) return waiting === '' ? undefined : `So far: ${waiting}`;
  const most = `${longest.name}, ${duration(longest.ms)} of ${duration(totalMs)}`;
  return `Most of the time: ${most}${waiting === '' ? '' : `; ${waiting}`}`;
}

/** Time in which something could have run, and nothing did. */
function idleMs(bars: readonly Bar[], totalMs: number): number {
  const busy = bars
    .flatMap(({ startedAt, endAt }) => (startedAt === undefined ? [] : [{ from: startedAt, to: endAt }]))
    .toSorted((a, b) => a.from - b.from);
  let covered = 0;
  let until = 0;
  for (const { from, to } of busy) {
    covered += Math.max(0, to - Math.max(from, until));
    until = Math.max(until, to);
  }
  return totalMs - covered;
}
