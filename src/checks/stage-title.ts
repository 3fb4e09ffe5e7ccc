import type { CommandRef, Failure, FailureCode, Outcome, StageState } from '../pipeline/model.js';
import { keepStart } from './cut.js';
import { bytes, duration } from './measures.js';
import { oneLine } from './terminal.js';

/** Leaves room in a title for what became of the command. */
const COMMAND_CHARACTERS = 160;

/** What a stage has come to, the outcome first, in one line; not cut to GitHub's limit. */
export function stageTitle(state: StageState): string {
  switch (state.status) {
    case 'queued':
      return 'Queued';
    case 'in_progress':
      return 'Running';
    case 'completed':
      return outcomeTitle(state.outcome, lasted(state));
  }
}

export function cancelledTitle(by: string): string {
  return by.startsWith('by ') ? `Cancelled ${by}` : `Cancelled: ${by}`;
}

/** How long something took, in milliseconds, when it ever started. */
export function lasted(ended: {
  readonly startedAt?: number;
  readonly completedAt: number;
}): number | undefined {
  return ended.startedAt === undefined ? undefined : ended.completedAt - ended.startedAt;
}

function outcomeTitle(outcome: Outcome, ms: number | undefined): string {
  switch (outcome.kind) {
    case 'passed':
      return ms === undefined ? 'Passed' : `Passed in ${duration(ms)}`;
    case 'failed':
      return failureTitle(outcome.failure, ms === undefined ? '' : ` after ${duration(ms)}`);
    case 'timed_out':
      return `Timed out after ${duration(outcome.afterSeconds * 1000)}${inCommand(outcome.command, true)}`;
    case 'cancelled':
      return cancelledTitle(outcome.by);
    case 'skipped':
      return `Skipped: ${outcome.reason.message}`;
    case 'neutral':
      return outcome.message;
    case 'error':
      return `Cyclone could not finish this stage: ${outcome.message}`;
  }
}

function failureTitle(failure: Failure, after: string): string {
  switch (failure.code) {
    case 'exit':
      return `${failedAt(failure, 'the container')} exited ${failure.exitCode ?? 'with an error'}${after}`;
    case 'signal':
      return `${failedAt(failure, 'the container')} was ended by ${failure.signal ?? 'a signal'}${after}`;
    case 'out_of_memory':
      return `Out of memory: killed at ${memoryLimit(failure)}${inCommand(failure.command, false)}`;
    case 'refused_by_policy':
      return `Refused by policy: ${failure.message}`;
    case 'image':
    case 'no_shell':
    case 'container':
    case 'container_removed':
    case 'image_build':
    case 'output':
    case 'workspace':
    case 'checkout':
    case 'publish':
    case 'service':
      return `Failed: ${failure.message === '' ? UNEXPLAINED[failure.code] : failure.message}`;
  }
}

type Explained = Exclude<FailureCode, 'exit' | 'signal' | 'out_of_memory' | 'refused_by_policy'>;

const UNEXPLAINED: Readonly<Record<Explained, string>> = {
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
};

function failedAt(failure: Failure, whole: string): string {
  const { command } = failure;
  return command === undefined
    ? `Failed: ${whole}`
    : `Failed at command ${command.index} of ${command.total}: ${commandLine(command)}`;
}

function memoryLimit(failure: Failure): string {
  return failure.memoryLimit === undefined ? 'the memory limit' : `the ${bytes(failure.memoryLimit)} limit`;
}

function inCommand(command: CommandRef | undefined, quoted: boolean): string {
  if (command === undefined) {
    return '';
  }
  return `, in command ${command.index} of ${command.total}${quoted ? `: ${commandLine(command)}` : ''}`;
}

function commandLine(command: CommandRef): string {
  const [first = '', ...rest] = command.text.trim().split('\n');
  return keepStart(oneLine(first) + (rest.length > 0 ? ' …' : ''), COMMAND_CHARACTERS);
}
