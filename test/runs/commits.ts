import type { Trigger } from '../../src/pipeline/model.js';
import type { IntakeEvent } from '../../src/runs/ports.js';
import { delivery } from './house.js';

/** A push of a commit to a branch. */
export function pushTo(
  branch: string,
  sha: string,
  more: Partial<Trigger> = {},
  id = `push ${sha}`,
): IntakeEvent {
  return delivery({ sha, branch, ref: `refs/heads/${branch}`, ...more }, id);
}

/** A commit of pull request 5, from branch `feature` to `main`. */
export function pull(sha: string, more: Partial<Trigger> = {}, id = `pull ${sha}`): IntakeEvent {
  const trigger = {
    event: 'pull_request',
    sha,
    branch: 'feature',
    ref: 'refs/pull/5/head',
    pullRequest: 5,
    base: 'main',
    action: 'synchronize',
    message: '',
    ...more,
  } as const;
  return delivery(trigger, id);
}

/** A commit of pull request 5, from somebody else's repository. */
export function fork(sha: string, more: Partial<Trigger> = {}, id = `fork ${sha}`): IntakeEvent {
  const { trigger, ...event } = pull(sha, more, id);
  const { branch: _, ...rest } = trigger;
  return { ...event, trigger: { ...rest, fork: true } };
}
