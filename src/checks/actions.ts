import type { RunProgress } from '../pipeline/model.js';
import { failedStages } from '../pipeline/rerun.js';
import type { Action } from './ports.js';

const CANCEL: Action = { label: 'Cancel', identifier: 'cancel', description: 'Ends this run' };
const APPROVE: Action = {
  label: 'Run it',
  identifier: 'approve',
  description: 'Lets this commit, and no other, run',
};
const RERUN: Action = {
  label: 'Re-run failed',
  identifier: 'rerun',
  description: 'Runs again what did not succeed',
};

/** The buttons on the check of a whole run. "Re-run" is GitHub's own, on every check that is completed. */
export function runActions(progress: RunProgress): readonly Action[] {
  const { run, cancelledBy } = progress;
  if (run.status !== 'completed') {
    return cancelledBy === undefined ? [CANCEL] : [];
  }
  if (run.conclusion === 'action_required') {
    return [APPROVE];
  }
  return failedStages(progress).length > 0 ? [RERUN] : [];
}
