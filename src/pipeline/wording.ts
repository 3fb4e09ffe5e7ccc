import { bytes, count, duration } from './measures.js';
import type { CommandRef, Failure, FailureCode, Outcome, StageFacts, StageId, StageState } from './model.js';

/** Leaves room in the title of a check for what became of the command. */
const COMMAND_CHARACTERS = 160;

/** More names than a line is read for. */
const MAX_NAMES = 6;

/**
 * What a stage has come to, the outcome first, in one line; not cut to GitHub's limit.
 *
 * @param after stages of other jobs that it must wait for
 */
export function stageTitle(state: StageState, after: readonly StageId[] = []): string {
  switch (state.status) {
    case 'queued': {
      const why = queuedReason(state, after);
      return why === '' ? 'Queued' : `Queued: ${why}`;
    }
    case 'in_progress':
      return 'Running';
    case 'completed':
      return outcomeTitle(state.outcome, ending(lasted(state), state.facts), state.facts);
  }
}

/** Why a stage is where it is, without the outcome itself; empty when the outcome says it all. */
export function stageReason(state: StageState, after: readonly StageId[] = []): string {
  switch (state.status) {
    case 'queued':
      return queuedReason(state, after);
    case 'in_progress':
      return '';
    case 'completed':
      return outcomeReason(state.outcome, state.facts);
  }
}

export function cancelledTitle(by: string): string {
  return by.startsWith('by ') ? `Cancelled ${by}` : `Cancelled: ${by}`;
}

/** A failure that the file allows: `Failed at command 1 of 2: make lint exited 2 · allowed to fail`. */
export function allowedTitle(outcome: Outcome): string {
  return `${outcomeTitle(outcome, '', {})} · allowed to fail`;
}

/** How long something took, in milliseconds, when it ever started. */
export function lasted(ended: {
  readonly startedAt?: number;
  readonly completedAt: number;
}): number | undefined {
  return ended.startedAt === undefined ? undefined : ended.completedAt - ended.startedAt;
}

/**
 * Stages by name, the cells of a matrix as one: `lint, e2e (4 cells)`. A cell that is alone has its own name.
 */
export function namesOf(stages: readonly StageId[]): string {
  const names = [...byMatrix(stages)].map(([name, [first, ...more]]) =>
    more.length === 0 ? (first ?? name) : `${name} (${count(more.length + 1, 'cell')})`,
  );
  const left = names.length - MAX_NAMES;
  return left <= 1 ? names.join(', ') : `${names.slice(0, MAX_NAMES).join(', ')} and ${left} more`;
}

/** Stages by the name that the file gives them: the cells of a matrix together, any other alone. */
export function byMatrix(stages: readonly StageId[]): ReadonlyMap<string, readonly StageId[]> {
  const groups = new Map<string, StageId[]>();
  for (const stage of stages) {
    // Only the names of cells have a bracket.
    const [name = stage] = stage.split(' (', 1);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [stage]);
    else group.push(stage);
  }
  return groups;
}

/** The beginning of a text, `…` for what is left out. Counts UTF-16 units: never more than characters. */
export function keepStart(text: string, units: number): string {
  if (text.length <= units) return text;
  // Half of a pair is no character.
  return `${text.slice(0, units - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

function queuedReason(
  { waits }: StageState & { readonly status: 'queued' },
  after: readonly StageId[],
): string {
  if (waits !== undefined) return `waits for ${waits}`;
  return after.length === 0 ? '' : `after ${namesOf(after)}`;
}

/** ` after 48 s, on try 2` */
function ending(ms: number | undefined, facts: StageFacts): string {
  return `${ms === undefined ? '' : ` after ${duration(ms)}`}${onTry(facts)}`;
}

function onTry({ tries = 1 }: StageFacts): string {
  return tries > 1 ? `, on try ${tries}` : '';
}

function outcomeTitle(outcome: Outcome, end: string, facts: StageFacts): string {
  const { reusedFrom } = facts;
  switch (outcome.kind) {
    case 'passed':
      return reusedFrom === undefined
        ? `Passed${end.replace(/^ after/, ' in')}`
        : `Reused from run ${reusedFrom.run}: nothing that this stage reads has changed`;
    case 'failed':
      return failureTitle(outcome.failure, end, onTry(facts));
    case 'timed_out':
      return `Timed out ${timeoutReason(outcome, onTry(facts))}`;
    case 'cancelled':
      return cancelledTitle(outcome.by);
    case 'skipped':
      return `Skipped: ${outcome.reason.message}`;
    case 'neutral':
      return outcome.message;
    case 'error':
      return outcomeReason(outcome, {});
  }
}

function outcomeReason(outcome: Outcome, { reusedFrom }: StageFacts): string {
  switch (outcome.kind) {
    case 'passed':
      return reusedFrom === undefined ? '' : `reused from run ${reusedFrom.run}`;
    case 'failed':
      return failureReason(outcome.failure);
    case 'timed_out':
      return timeoutReason(outcome, '');
    case 'cancelled':
      return outcome.by;
    case 'skipped':
      return outcome.reason.message;
    case 'neutral':
      return outcome.message;
    case 'error':
      return `Cyclone could not finish this stage: ${outcome.message}`;
  }
}

function timeoutReason(
  { afterSeconds, command }: Outcome & { readonly kind: 'timed_out' },
  attempt: string,
): string {
  return `after ${duration(afterSeconds * 1000)}${attempt}${inCommand(command, true)}`;
}

function failureTitle(failure: Failure, end: string, attempt: string): string {
  const { code, command, message } = failure;
  const reason = failureReason(failure);
  if (code === 'out_of_memory') return `${reason.charAt(0).toUpperCase()}${reason.slice(1)}${attempt}`;
  if (code === 'refused_by_policy') return `Refused by policy: ${message}`;
  if (code !== 'exit' && code !== 'signal') return `Failed: ${reason}${attempt}`;
  return `Failed${command === undefined ? ':' : ' at'} ${reason}${end}`;
}

function failureReason({ code, command, exitCode, memoryLimit, message, signal }: Failure): string {
  if (code === 'out_of_memory') {
    const limit = memoryLimit === undefined ? 'the memory limit' : `the ${bytes(memoryLimit)} limit`;
    return `out of memory: killed at ${limit}${inCommand(command, false)}`;
  }
  if (code !== 'exit' && code !== 'signal') return message === '' ? UNEXPLAINED[code] : message;
  const program = command === undefined ? 'the container' : commandText(command);
  return code === 'exit'
    ? `${program} exited ${exitCode ?? 'with an error'}`
    : `${program} was ended by ${signal ?? 'a signal'}`;
}

const UNEXPLAINED: Readonly<Record<Exclude<FailureCode, 'exit' | 'signal' | 'out_of_memory'>, string>> = {
  image: 'the image could not be had',
  no_shell: 'the image has no /bin/sh',
  container: 'the container could not be started',
  container_removed: 'the container was removed from outside',
  image_build: 'the image could not be built',
  output: 'an output could not be copied',
  workspace: 'a path of the workspace could not be used',
  checkout: 'the commit could not be checked out',
  publish: 'the image could not be pushed',
  service: 'a service failed',
  secret: 'a secret is not there',
  refused_by_policy: 'refused by policy',
};

function inCommand(command: CommandRef | undefined, quoted: boolean): string {
  if (command === undefined) return '';
  return `, in ${quoted ? commandText(command) : `command ${command.index} of ${command.total}`}`;
}

/** `command 2 of 4: make …`, of several lines the first. */
function commandText({ index, total, text }: CommandRef): string {
  const [first = '', ...rest] = text.trim().split('\n');
  const line = keepStart(first.trim() + (rest.length > 0 ? ' …' : ''), COMMAND_CHARACTERS);
  return `command ${index} of ${total}: ${line}`;
}
