import type { StageProgress, StageState } from '../pipeline/model.js';
import { keepLines, OUTPUT_BYTES } from './cut.js';
import { link, prose, row } from './markdown.js';
import { duration } from './measures.js';
import type { CheckSubject, Links } from './ports.js';
import { runTitle } from './run-title.js';
import { lasted, stageTitle } from './stage-title.js';

/** The stages of a run, each with its result, its time and the way to its log. */
export function runSummary(subject: CheckSubject, links: Links): string {
  const { repository, progress, run } = subject;
  const url = links.run(run, repository.private);
  if (progress.stages.length === 0) {
    return `${prose(runTitle(subject))}\n\n${link('Details', url)}`;
  }
  const head = [row('stage', 'result', 'time'), '|---|---|---|'];
  const stages = progress.stages.map((stage) =>
    stageRow(stage, links.stage(run, stage.id, repository.private)),
  );
  const end = `\n\n${link('Details', url)}`;
  const room = OUTPUT_BYTES - Buffer.byteLength(end);
  return keepLines([...head, ...stages], room, (left) => row(link(`and ${left} more`, url), '', '')) + end;
}

function stageRow({ id, state }: StageProgress, url: string): string {
  return row(link(id, url), prose(result(state)), time(state));
}

/** The time has a column of its own. */
function result(state: StageState): string {
  const passed = state.status === 'completed' && state.outcome.kind === 'passed';
  return passed ? 'Passed' : stageTitle(state);
}

function time(state: StageState): string {
  const ms = state.status === 'completed' ? lasted(state) : undefined;
  return ms === undefined ? '' : duration(ms);
}
