import type { Conclusion, Outcome, StageDefinition } from './model.js';
import { allowedTitle } from './wording.js';

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

/** Whether it went wrong, also where that is allowed. */
export function hasFailed(outcome: Outcome): boolean {
  return outcome.kind === 'neutral'
    ? outcome.allowed === true
    : ['failed', 'timed_out', 'error'].includes(outcome.kind);
}

/** What an outcome comes to in this stage: where it may fail, a failure counts neither for nor against. */
export function judged({ options }: Pick<StageDefinition, 'options'>, outcome: Outcome): Outcome {
  if (options?.allowFailure !== true) return outcome;
  switch (outcome.kind) {
    case 'failed':
    case 'timed_out':
    case 'error': {
      const failure = outcome.kind === 'failed' ? { failure: outcome.failure } : {};
      return { kind: 'neutral', message: allowedTitle(outcome), allowed: true, ...failure };
    }
    case 'passed':
    case 'cancelled':
    case 'skipped':
    case 'neutral':
      return outcome;
  }
}

/** GitHub's word for how a stage ended. */
export function conclusionOf(outcome: Outcome): Conclusion {
  switch (outcome.kind) {
    case 'passed':
      return 'success';
    case 'failed':
    case 'error':
      return 'failure';
    case 'timed_out':
    case 'cancelled':
    case 'skipped':
    case 'neutral':
      return outcome.kind;
  }
}
