import type { Conclusion, Outcome } from '../pipeline/model.js';

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
