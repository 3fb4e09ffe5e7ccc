import { count, duration } from '../pipeline/measures.js';
import type { PlannedStage, RunProgress, StageId, StageProgress, StageState } from '../pipeline/model.js';
import { byMatrix, lasted } from '../pipeline/wording.js';
import { rerunSentences, stageLine } from './again.js';
import { keepLines, OUTPUT_BYTES } from './cut.js';
import { link, prose, row } from './markdown.js';
import type { CheckSubject, Links } from './ports.js';
import { runTitle } from './run-title.js';

/** From so many cells on, those that passed or wait are counted and not listed. */
const MANY_CELLS = 10;

/** The stages of a run, each with its result, its time and the way to its log. */
export function runSummary(subject: CheckSubject, links: Links): string {
  const { repository, progress, run } = subject;
  const url = links.run(run, repository.private);
  if (progress.stages.length === 0) {
    return `${prose(runTitle(subject))}\n\n${link('Details', url)}`;
  }
  const end = ['', ...decisions(progress).map(prose), link('Details', url)].join('\n\n');
  return stageTable(subject, links, OUTPUT_BYTES - Buffer.byteLength(end)) + end;
}

/** The stages, as many as fit in so many bytes. */
export function stageTable(subject: CheckSubject, links: Links, room: number): string {
  const url = links.run(subject.run, subject.repository.private);
  const rows = [row('stage', 'result', 'time'), '|---|---|---|', ...stageRows(subject, links)];
  return keepLines(rows, room, (left) => row(link(`and ${left} more`, url), '', ''));
}

/** Who decided something about the run after its start. */
function decisions({ allowed, stages }: RunProgress): readonly string[] {
  const allowance = allowed === undefined ? [] : [`Allowed by ${allowed.by}.`];
  return [...allowance, ...rerunSentences(stages)];
}

function stageRows(subject: CheckSubject, links: Links): readonly string[] {
  const { repository, progress, run } = subject;
  const stages = new Map(progress.stages.map((stage) => [stage.id, stage]));
  const planned = new Map(subject.plan.stages.map((stage) => [stage.id, stage]));
  const rowOf = (id: StageId): string[] => {
    const stage = stages.get(id);
    const url = links.stage(run, id, repository.private);
    return stage === undefined
      ? []
      : [row(link(id, url), prose(result(stage, planned.get(id))), time(stage.state))];
  };
  const stateOf = (id: StageId) => stages.get(id)?.state;
  return [...byMatrix([...stages.keys()])].flatMap(([name, ids]) => {
    if (ids.length < MANY_CELLS) return ids.flatMap(rowOf);
    const passed = ids.filter((id) => didPass(stateOf(id)));
    const listed = ids.filter((id) => !passed.includes(id) && stateOf(id)?.status === 'completed');
    const counted = `${passed.length} of ${count(ids.length, 'cell')} passed`;
    const all = row(link(name, links.run(run, repository.private)), counted, '');
    return [all, ...listed.flatMap(rowOf)];
  });
}

/** The time has a column of its own. */
function result(stage: StageProgress, planned: PlannedStage | undefined): string {
  const { state } = stage;
  const plainly = didPass(state) && state.facts.reusedFrom === undefined && state.facts.tries === undefined;
  return plainly ? 'Passed' : stageLine(stage, planned);
}

function didPass(state: StageState | undefined): state is StageState & { readonly status: 'completed' } {
  return state?.status === 'completed' && state.outcome.kind === 'passed';
}

function time(state: StageState): string {
  const ms = state.status === 'completed' ? lasted(state) : undefined;
  return ms === undefined ? '' : duration(ms);
}
