import { BUILT_IMAGE, type Outcome, type PlannedStage, type StageProgress } from '../pipeline/model.js';
import { keepStart } from '../pipeline/wording.js';
import { briefExcerpt } from './first-cause.js';
import { codeCell, fenced } from './markdown.js';
import type { FirstCause } from './ports.js';
import { plainText } from './terminal.js';

/** Enough to see what happened; the log is a click away. */
const MOST_LINES = 11;
const LINE_CHARACTERS = 300;

/** Longer commands are read in the file. */
const MOST_COMMAND = 1000;

/** Of what a stage that failed said: why it failed, or else the end of its log. Plain text. */
export interface StageSaid {
  readonly cause?: FirstCause | undefined;
  readonly log?: string;
}

/** What a stage that failed said, and how to try the same elsewhere; undefined: there is nothing to add to the table. */
export function failureSection(
  { id, state }: StageProgress,
  planned: PlannedStage | undefined,
  { cause, log = '' }: StageSaid,
): string | undefined {
  const end = log.trim() === '' ? undefined : lastLines(log.trimEnd());
  const excerpt = cause === undefined ? end : briefExcerpt(cause);
  const command = state.status === 'completed' ? reproduction(state.outcome, planned) : undefined;
  const parts = [
    ...(excerpt === undefined
      ? []
      : [`${cause === undefined ? 'The end of' : 'First error in'} ${codeCell(id)}`, fenced(excerpt)]),
    ...(command === undefined ? [] : [`To try ${codeCell(id)} in a clone of yours:`, fenced(command)]),
  ];
  return parts.length === 0 ? undefined : parts.join('\n\n');
}

function lastLines(log: string): string {
  return log
    .split('\n')
    .slice(-MOST_LINES)
    .map((line) => keepStart(line, LINE_CHARACTERS))
    .join('\n');
}

/** The command that failed, in its image. Without the variables of the file: among them may be secrets. */
function reproduction(outcome: Outcome, planned: PlannedStage | undefined): string | undefined {
  const failure = 'failure' in outcome ? outcome.failure : undefined;
  const command = (outcome.kind === 'timed_out' ? outcome.command : failure?.command)?.text.trim();
  const spec = planned?.spec;
  if (command === undefined || spec?.kind !== 'container' || spec.container.image === BUILT_IMAGE) {
    return undefined;
  }
  // Neither changed nor hidden: what is shown is what would run.
  if (command.length > MOST_COMMAND || /^\s*\//mu.test(`_${command}`) || plainText(command) !== command) {
    return undefined;
  }
  const place = workspaceIn(spec.container.volumes);
  const run = `docker run --rm -it -v "$PWD":${quoted(place)} -w ${quoted(place)}`;
  return `${run} ${quoted(spec.container.image)} sh -c ${quoted(command)}`;
}

/** Where the container sees the repository: `.:/src` moves it. */
function workspaceIn(volumes: readonly string[]): string {
  const moved = volumes.find((volume) => /^\.\/?:/u.test(volume));
  return moved?.split(':')[1] ?? '/root/code';
}

/** One word of a shell. */
function quoted(text: string): string {
  return /^[\w./:@-]+$/u.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
