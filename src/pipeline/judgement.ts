import type { Failure, Outcome, StageDefinition } from './model.js';

/** Whether an outcome lets the stages run that need it. */
export function letsGoOn(outcome: Outcome): boolean {
  switch (outcome.kind) {
    case 'passed':
    case 'neutral':
      return true;
    case 'skipped':
      return outcome.reason.kind !== 'earlier_stage';
    case 'failed':
    case 'timed_out':
    case 'cancelled':
    case 'error':
      return false;
  }
}

/** What an outcome comes to in this stage: where it may fail, a failure counts neither for nor against. */
export function judged({ options }: Pick<StageDefinition, 'options'>, outcome: Outcome): Outcome {
  if (options?.allowFailure !== true) return outcome;
  switch (outcome.kind) {
    case 'failed':
      return {
        kind: 'neutral',
        message: `Failed, and may: ${failureText(outcome.failure)}`,
        failure: outcome.failure,
      };
    case 'timed_out':
      return { kind: 'neutral', message: `Timed out after ${String(outcome.afterSeconds)} s, and may` };
    case 'error':
      return {
        kind: 'neutral',
        message: `Cyclone could not finish this stage, which may fail: ${outcome.message}`,
      };
    case 'passed':
    case 'cancelled':
    case 'skipped':
    case 'neutral':
      return outcome;
  }
}

function failureText({ code, message, command, exitCode, signal }: Failure): string {
  const where = command === undefined ? '' : `command ${String(command.index)} of ${String(command.total)} `;
  switch (code) {
    case 'exit':
      return `${where}exited ${String(exitCode ?? 'with an error')}`;
    case 'signal':
      return `${where}was ended by ${signal ?? 'a signal'}`;
    case 'out_of_memory':
      return `${where}ran out of memory`;
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
    case 'refused_by_policy':
      return message === '' ? code.replaceAll('_', ' ') : message;
  }
}
