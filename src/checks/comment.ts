import { hasFailed } from '../pipeline/judgement.js';
import { duration } from '../pipeline/measures.js';
import type { PlannedStage, StageProgress } from '../pipeline/model.js';
import { keepStart, lasted } from '../pipeline/wording.js';
import { answerSections } from './comment-answers.js';
import { failureSection, type StageSaid } from './comment-failure.js';
import { TITLE_CHARACTERS } from './cut.js';
import { codeCell, link, prose } from './markdown.js';
import type { Answer, CheckSubject, Links } from './ports.js';
import { stageTable } from './run-summary.js';
import { runTitle } from './run-title.js';
import { oneLine } from './terminal.js';

/** By it our comment is found again, whatever it says. GitHub keeps it and shows it to nobody. */
export const MARKER = '<!-- cyclone: the one comment of this pull request -->';

/**
 * GitHub takes 65,536 characters, of which there are never more than bytes. What these leave is for the head,
 * the links and the hints.
 */
const TABLE_BYTES = 20_000;
const FAILURES_BYTES = 20_000;
const ANSWERS_BYTES = 20_000;

export interface CommentInput {
  /** The newest run of the pull request; undefined: none is to be shown. */
  readonly subject: CheckSubject | undefined;
  /** Oldest first. */
  readonly answers: readonly Answer[];
  readonly links: Links;
  /** What stages that failed said. */
  readonly said: ReadonlyMap<string, StageSaid>;
}

/** The comment as Markdown. What others wrote is inert in it, and no line of it begins with a slash. */
export function renderComment({ subject, answers, links, said }: CommentInput): string {
  const sections = [
    ...(subject === undefined ? [] : runSections(subject, links, said)),
    ...answerSections(answers, ANSWERS_BYTES),
  ];
  return withoutCommands([MARKER, ...sections].join('\n\n'));
}

/** Stages that failed, also where their file allows it. */
export function failedStagesOf({ progress }: CheckSubject): readonly StageProgress[] {
  return progress.stages.filter(({ state }) => state.status === 'completed' && hasFailed(state.outcome));
}

function runSections(
  subject: CheckSubject,
  links: Links,
  said: ReadonlyMap<string, StageSaid>,
): readonly string[] {
  const { run, progress, repository } = subject;
  const isFailure = progress.run.status === 'completed' && progress.run.conclusion === 'failure';
  const url = links.run(run, repository.private);
  const head = headOf(subject, isFailure, url);
  // What went well, or is not over, is said briefly.
  if (!isFailure || progress.stages.length === 0) {
    return [head];
  }
  const failed = failedStagesOf(subject);
  return [
    head,
    stageTable(subject, links, TABLE_BYTES),
    ...failureSections(subject, failed, said),
    hints(failed[0]?.id),
  ];
}

function headOf(subject: CheckSubject, isFailure: boolean, url: string): string {
  const { progress, trigger } = subject;
  const title = keepStart(oneLine(runTitle(subject)), TITLE_CHARACTERS);
  const ms = isFailure && progress.run.status === 'completed' ? lasted(progress.run) : undefined;
  const parts = [
    `**${prose(title)}** for ${trigger.sha.slice(0, 7)}`,
    ...(ms === undefined ? [] : [duration(ms)]),
    link('details', url),
  ];
  return parts.join(' · ');
}

function failureSections(
  subject: CheckSubject,
  failed: readonly StageProgress[],
  said: ReadonlyMap<string, StageSaid>,
): readonly string[] {
  const planned = new Map<string, PlannedStage>(subject.plan.stages.map((stage) => [stage.id, stage]));
  const shown: string[] = [];
  let left = FAILURES_BYTES;
  for (const stage of failed) {
    const section = failureSection(stage, planned.get(stage.id), said.get(stage.id) ?? {});
    left -= Buffer.byteLength(section ?? '');
    if (left < 0) break;
    if (section !== undefined) shown.push(section);
  }
  return shown;
}

function hints(failed: string | undefined): string {
  const why = failed === undefined ? [] : [`Why it ran: ${codeCell(`/why ${failed}`)}.`];
  return ['To run what failed again: `/retest`.', ...why].join(' ');
}

/** Ours and other bots read commands at the start of a line; a mark without width keeps them from it. */
function withoutCommands(body: string): string {
  return body.replace(/^([^\S\n]*)\//gmu, '$1\u200b/');
}
