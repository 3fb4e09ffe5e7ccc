import { duration, filesOf } from '../pipeline/measures.js';
import type { PlannedStage, StageFacts, StageProgress, StageState } from '../pipeline/model.js';
import { spansOf, totals } from '../pipeline/spans.js';
import { lasted, stageTitle } from '../pipeline/wording.js';
import { stageLine } from './again.js';
import { keepLines, OUTPUT_BYTES } from './cut.js';
import { codeCell, link, prose, row } from './markdown.js';

/** Where to read on. */
export interface StageAddresses {
  readonly page: string;
  readonly artifacts: string;
  /** The stage whose result was used again. */
  readonly source: { readonly run: number; readonly page: string } | undefined;
}

/** A small table of the facts of one stage, and the way to its page. */
export function stageSummary(
  stage: PlannedStage | undefined,
  now: StageProgress,
  to: StageAddresses,
): string {
  const { state, again } = now;
  const rows = [
    row('', ''),
    '|---|---|',
    ...(state.status === 'completed' ? completedRows(stage, state, to) : imageRow(stage, {})),
    ...present('run again', again, ({ by }) => prose(`by ${by}`)),
  ];
  const end = `\n\n${link('Log and details', to.page)}`;
  const table = keepLines(rows, OUTPUT_BYTES - Buffer.byteLength(end), (left) =>
    row('', `and ${left} more lines`),
  );
  return `${rows.length > 2 ? table : prose(stageLine(now, stage))}${end}`;
}

function completedRows(
  stage: PlannedStage | undefined,
  state: StageState & { status: 'completed' },
  { artifacts, source }: StageAddresses,
): string[] {
  const { facts } = state;
  return [
    ...present('result', source, ({ run, page }) => `${link(`of run ${run}`, page)}, used again`),
    ...imageRow(stage, facts),
    ...present('artifacts', facts.artifacts, (kept) => link(filesOf(kept), artifacts)),
    ...present('published', facts.published, codeCell),
    ...present('time', lasted(state), (ms) => timeSpent(ms, totals(spansOf(state)))),
    ...present('exit code', exitCode(state), String),
    ...reasonRow(state),
    ...present('services', nonEmpty(facts.services), (names) => names.map(codeCell).join(', ')),
    ...(facts.notes ?? []).map((note) => row('note', prose(note))),
    ...present('worker', facts.worker, codeCell),
  ];
}

function imageRow(stage: PlannedStage | undefined, facts: StageFacts): string[] {
  const planned = stage?.spec.kind === 'container' ? stage.spec.container.image : undefined;
  const parts = [facts.image ?? planned, facts.imageDigest].filter(
    (part) => part !== undefined && part !== '',
  );
  return parts.length === 0 ? [] : [row('image', parts.map((part) => codeCell(part ?? '')).join(' · '))];
}

/** The reason in full: the title of the check may have had to cut it. */
function reasonRow(state: StageState & { status: 'completed' }): string[] {
  const { outcome } = state;
  switch (outcome.kind) {
    case 'passed':
      return [];
    case 'failed':
      return [
        row('reason', prose(outcome.failure.message === '' ? stageTitle(state) : outcome.failure.message)),
        ...present('command', outcome.failure.command?.text, codeCell),
      ];
    case 'timed_out':
      return [
        row('reason', prose(stageTitle(state))),
        ...present('command', outcome.command?.text, codeCell),
      ];
    case 'cancelled':
    case 'skipped':
    case 'neutral':
    case 'error':
      return [row('reason', prose(stageTitle(state)))];
  }
}

function exitCode(state: StageState & { status: 'completed' }): number | undefined {
  const failed = state.outcome.kind === 'failed' ? state.outcome.failure.exitCode : undefined;
  return state.facts.exitCode ?? failed;
}

function timeSpent(ms: number, spans: ReadonlyMap<string, number>): string {
  const parts = [...spans].map(([name, spent]) => `${prose(name)} ${duration(spent)}`);
  return parts.length === 0 ? duration(ms) : `${duration(ms)}: ${parts.join(', ')}`;
}

function nonEmpty<T>(list: readonly T[] | undefined): readonly T[] | undefined {
  return list?.length === 0 ? undefined : list;
}

function present<T>(name: string, value: T | undefined, cell: (value: T) => string): string[] {
  return value === undefined ? [] : [row(name, cell(value))];
}
