import { beganAt } from '../pipeline/began.js';
import { duration } from '../pipeline/measures.js';
import type { StageId, StageState } from '../pipeline/model.js';
import { spansOf, totals } from '../pipeline/spans.js';
import type { RunView } from './ports.js';
import { directlyBefore, nodesOf, type RunNode } from './run-nodes.js';

/** What is done before a stage's own work begins. */
const STARTING = ['reuse', 'checkout', 'pull', 'cache', 'prepare', 'services', 'arm'] as const;

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
  /** Longest first, as `pull 1.4 s`. */
  readonly starting: readonly string[];
}

export interface TimeSpent {
  readonly totalMs: number;
  readonly bars: readonly Bar[];
  /** One sentence; undefined: there is nothing to say yet. */
  readonly words: string | undefined;
}

/** Where the time of a run went since somebody last had it begin. */
export function timeSpent(view: RunView, now: number): TimeSpent {
  const begin = beganAt(view);
  const states = new Map(view.progress.stages.map(({ id, state }) => [id, state]));
  const before = directlyBefore(view);
  const bars = nodesOf(view).flatMap((node): Bar[] => {
    const spans = node.stages.flatMap(
      ({ stage, state }) => spanOf(state, readyAt(stage.id, before, states, begin), begin, now) ?? [],
    );
    return spans.length === 0 ? [] : [{ node, ...together(spans) }];
  });
  bars.sort((a, b) => (a.startedAt ?? Number.MAX_SAFE_INTEGER) - (b.startedAt ?? Number.MAX_SAFE_INTEGER));
  const totalMs = Math.max(0, ...bars.map(({ endAt }) => endAt));
  return { totalMs, bars, words: words(bars, totalMs) };
}

type Span = Omit<Bar, 'node'>;

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
function spanOf(state: StageState, ready: number | undefined, begin: number, now: number): Span | undefined {
  if (state.status === 'queued') {
    return ready === undefined
      ? undefined
      : { readyAt: ready - begin, startedAt: undefined, workAt: undefined, endAt: now - begin, starting: [] };
  }
  if (state.startedAt === undefined) return undefined;
  const endAt = (state.status === 'completed' ? state.completedAt : now) - begin;
  // It is of an earlier time that the run began.
  if (endAt < 0) return undefined;
  // A worker's clock may be behind the server's.
  const startedAt = Math.max(0, state.startedAt - begin);
  const spans = totals(spansOf(state));
  const starting = STARTING.flatMap((name) => {
    const ms = spans.get(name) ?? 0;
    return ms > 0 ? [{ name, ms }] : [];
  }).toSorted((a, b) => b.ms - a.ms);
  const startingMs = starting.reduce((sum, { ms }) => sum + ms, 0);
  return {
    readyAt: Math.min(ready === undefined ? startedAt : ready - begin, startedAt),
    startedAt,
    workAt: Math.min(startedAt + startingMs, endAt),
    endAt,
    starting: starting.map(({ name, ms }) => `${name} ${duration(ms)}`),
  };
}

/** Cells of a matrix as one: from the first that could begin to the last that ended. */
function together(spans: readonly Span[]): Span {
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
    endAt,
    starting: [],
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
