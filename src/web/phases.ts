import { duration } from '../pipeline/measures.js';
import type { JobProgress, Span, StageState } from '../pipeline/model.js';
import { spansOf } from '../pipeline/spans.js';

/** A part of a stage's time, or of what its job does beside it; milliseconds since the run began. */
export interface Phase {
  /** As `pull`, of its try where there were several, with what of several it was. */
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly kind: 'waiting' | 'starting' | 'running' | 'finishing' | 'telling';
}

/** A stage's own work; what comes before it is what the stage needs, what comes after it is what it leaves. */
const WORK: ReadonlySet<string> = new Set(['run', 'build', 'push']);

/** What is done before a stage's own work, where that never began. */
const STARTING: ReadonlySet<string> = new Set([
  'reuse',
  'checkout',
  'pull',
  'cache',
  'prepare',
  'services',
  'arm',
]);

/** Of a stage that is over, in the order in which they began. */
export function phasesOf(state: StageState, begin: number): readonly Phase[] {
  const spans = spansOf(state);
  const lastWork = spans.findLastIndex(({ name }) => WORK.has(name));
  return spans.map((span, index) => ({ ...placed(span, begin), kind: kindOf(span, index, lastWork) }));
}

/** What a job waited for and did beside its stages since the run began. */
export function phasesOfJob({ spans = [] }: JobProgress, begin: number): readonly Phase[] {
  return spans
    .filter(({ at, ms }) => at + ms >= begin)
    .toSorted((a, b) => a.at - b.at)
    .map((span) => ({ ...placed(span, begin), kind: span.name === 'queue' ? 'waiting' : 'starting' }));
}

/** From an end until GitHub knew it. */
export function phaseOfReport(span: Span, begin: number): Phase {
  return { ...placed(span, begin), kind: 'telling' };
}

function kindOf({ name }: Span, index: number, lastWork: number): Phase['kind'] {
  if (WORK.has(name)) return 'running';
  const isBefore = lastWork === -1 ? STARTING.has(name) : index < lastWork;
  return isBefore ? 'starting' : 'finishing';
}

function placed(span: Span, begin: number): Omit<Phase, 'kind'> {
  const { name, detail, attempt, at, ms } = span;
  const words = [name, detail, attempt === undefined ? undefined : `(try ${attempt})`];
  const from = Math.max(0, at - begin);
  return {
    name: words.filter((word) => word !== undefined).join(' '),
    from,
    to: Math.max(from, at + ms - begin),
  };
}

/** Most phases are over within a tenth of a second. */
export function precisely(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : duration(ms);
}
