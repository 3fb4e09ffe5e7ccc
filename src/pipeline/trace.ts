import { beganAt } from './began.js';
import type { JobProgress, Outcome, Plan, PlannedStage, RunProgress, Span, StageFacts } from './model.js';
import { spansOf } from './spans.js';
import { reportSpans, type Told } from './told.js';
import { stageTitle } from './wording.js';

/** A stretch of a run's time inside another one; ms since the epoch, by the server's clock. */
export interface TracePart {
  /** Names it among all parts of its run, whenever and however often it is told. */
  readonly key: string;
  /** The key of the part that it lies in; absent: it is the run. */
  readonly parent?: string;
  readonly at: number;
  readonly until: number;
  readonly what:
    | { readonly kind: 'run' }
    | { readonly kind: 'job'; readonly job: JobProgress }
    | {
        readonly kind: 'stage';
        readonly stage: PlannedStage;
        readonly outcome: Outcome;
        readonly facts: StageFacts;
        /** As on its check. */
        readonly title: string;
      }
    | { readonly kind: 'phase'; readonly span: Span };
}

/** What a trace is made of. */
export interface Traced {
  readonly plan: Plan;
  readonly progress: RunProgress;
  readonly createdAt: number;
  readonly told: Told;
}

/**
 * A run that is over, since somebody last had it begin: the run, its jobs, their stages and what those spent time on, each
 * inside its parent. Empty while it is not over. The run lasts until GitHub has been told, as far as it has.
 */
export function traceOf({ plan, progress, createdAt, told }: Traced): readonly TracePart[] {
  if (progress.run.status !== 'completed') return [];
  const since = beganAt({ createdAt, progress });
  const root = `run ${since}`;
  const jobs = plan.jobs.flatMap(({ id, stages }) => {
    const job = progress.jobs.find((one) => one.id === id);
    const planned = plan.stages.filter((stage) => stages.includes(stage.id));
    return job ? jobParts(job, planned, progress, { root, since }) : [];
  });
  const reports = [...reportSpans(progress, told, since)].map(([check, span]) =>
    phase(root, { ...span, detail: check }),
  );
  const inside = [...jobs, ...reports];
  return [
    around({ key: root, what: { kind: 'run' } }, inside, { at: since, until: progress.run.completedAt }),
    ...inside,
  ];
}

interface Round {
  readonly root: string;
  readonly since: number;
}

function jobParts(
  job: JobProgress,
  stages: readonly PlannedStage[],
  progress: RunProgress,
  { root, since }: Round,
): readonly TracePart[] {
  const key = `job ${job.id} ${since}`;
  const inside = [
    ...(job.spans ?? []).filter(({ at }) => at >= since).map((span, index) => phase(key, span, index)),
    ...stages.flatMap((stage) => stageParts(stage, progress, key, since)),
  ];
  return inside.length === 0
    ? []
    : [around({ key, parent: root, what: { kind: 'job', job } }, inside), ...inside];
}

/** A stage that did not run has a moment, and no length. */
function stageParts(
  stage: PlannedStage,
  progress: RunProgress,
  parent: string,
  since: number,
): readonly TracePart[] {
  const state = progress.stages.find(({ id }) => id === stage.id)?.state;
  if (state?.status !== 'completed' || state.completedAt < since) return [];
  const { outcome, facts, completedAt, startedAt = completedAt } = state;
  const key = `stage ${stage.id} ${startedAt}`;
  const inside = spansOf(state).map((span, index) => phase(key, span, index));
  const own = {
    key,
    parent,
    what: { kind: 'stage', stage, outcome, facts, title: stageTitle(state) },
  } as const;
  return [around(own, inside, { at: startedAt, until: completedAt }), ...inside];
}

function phase(parent: string, span: Span, index = 0): TracePart {
  const { name, at, ms, detail = '' } = span;
  return {
    key: `${parent} ${name} ${at} ${detail} ${index}`,
    parent,
    at,
    until: at + ms,
    what: { kind: 'phase', span },
  };
}

/** Clocks that are set, and what went on behind an end, must not let a part reach out of the one that it is in. */
function around(
  part: Pick<TracePart, 'key' | 'parent' | 'what'>,
  inside: readonly TracePart[],
  own?: Pick<TracePart, 'at' | 'until'>,
): TracePart {
  const times = [...(own ? [own] : []), ...inside].flatMap(({ at, until }) => [at, until]);
  return {
    ...part,
    at: times.reduce((least, time) => Math.min(least, time), Number.POSITIVE_INFINITY),
    until: times.reduce((most, time) => Math.max(most, time), Number.NEGATIVE_INFINITY),
  };
}
