import type { JobProgress, RunProgress, Span, StageFacts, StageState } from './model.js';

/** All that time is spent on, roughly in the order in which it happens. */
export const PHASES = [
  'queue',
  'lease',
  'reuse',
  'checkout',
  'pull',
  'cache',
  'artifacts',
  'arm',
  'prepare',
  'services',
  'run',
  'build',
  'outputs',
  'push',
  'report',
] as const;

/** A job that changed hands again and again remembers the newest. */
const MOST_OF_JOB = 200;

/** Where the time of a stage that is over went, as it began. What only knew how long is laid one behind the other. */
export function spansOf(state: StageState): readonly Span[] {
  if (state.status !== 'completed') return [];
  const { startedAt, facts } = state;
  const { spans = [] } = facts;
  if (isList(spans)) return spans.toSorted((a, b) => a.at - b.at);
  if (startedAt === undefined) return [];
  let at = startedAt;
  return Object.entries(spans).map(([name, ms]) => {
    const span = { name, at, ms };
    at += ms;
    return span;
  });
}

/** Milliseconds by name, in the order in which each came first. */
export function totals(spans: NonNullable<StageFacts['spans']>): ReadonlyMap<string, number> {
  if (!isList(spans)) return new Map(Object.entries(spans));
  const sums = new Map<string, number>();
  for (const { name, ms } of spans) sums.set(name, (sums.get(name) ?? 0) + ms);
  return sums;
}

/** What a job's change adds to the spans that it has. */
export function withSpans({ spans = [] }: JobProgress, more: readonly Span[]): Pick<JobProgress, 'spans'> {
  return more.length === 0 ? {} : { spans: [...spans, ...more].slice(-MOST_OF_JOB) };
}

/** What an event added: of stages that ended by it, and of jobs. The runs share what did not change. */
export function spansSince(
  before: RunProgress,
  after: RunProgress,
): { readonly stages: readonly Span[]; readonly jobs: readonly Span[] } {
  const states = new Map(before.stages.map(({ id, state }) => [id, state]));
  const known = new Set(before.jobs.flatMap(({ spans = [] }) => spans));
  return {
    stages: after.stages.flatMap(({ id, state }) => (state === states.get(id) ? [] : spansOf(state))),
    jobs: after.jobs.flatMap(({ spans = [] }) => spans.filter((span) => !known.has(span))),
  };
}

export function isList(spans: NonNullable<StageFacts['spans']>): spans is readonly Span[] {
  return Array.isArray(spans);
}
