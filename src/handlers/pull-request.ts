import { z } from 'zod';
import type { Trigger } from '../pipeline/model.js';
import type { Incoming } from '../runs/incoming.js';
import { ABOUT, actionOf, beforeOf, decode, delivered, SHA, senderOf } from './payload.js';

const HEAD = z.object({
  sha: SHA,
  ref: z.string(),
  // Null: the fork was deleted.
  repo: z.object({ id: z.number().int() }).nullish(),
});

const PULL_REQUEST = ABOUT.extend({
  number: z.number().int().positive(),
  before: SHA.nullish(),
  pull_request: z.object({
    title: z.string(),
    head: HEAD,
    base: z.object({ sha: SHA, ref: z.string() }),
  }),
  changes: z.object({ base: z.unknown().optional() }).nullish(),
});

type PullRequest = z.infer<typeof PULL_REQUEST>;

/** What gives the pull request a commit to be tested; `edited` does where it goes to another branch. */
const TESTED = ['opened', 'reopened', 'synchronize', 'ready_for_review', 'edited'];

/**
 * @returns undefined when nothing is to be done
 * @throws InvalidPayload
 */
export function decodePullRequest(delivery: string, payload: unknown): Incoming | undefined {
  const action = actionOf(payload);
  if (action !== 'closed' && !TESTED.includes(action)) {
    return undefined;
  }
  const event = decode(PULL_REQUEST, payload);
  const about = delivered(delivery, event);
  if (action === 'closed') {
    return { kind: 'pull_closed', ...about, pull: event.number, by: senderOf(event) };
  }
  // A new title or text is an edit too.
  if (action === 'edited' && event.changes?.base === undefined) {
    return undefined;
  }
  const { head, base } = event.pull_request;
  return {
    kind: 'commit',
    ...about,
    trigger: triggerOf(event, action),
    // GitHub compares from where the two parted: what the pull request brings.
    changes: { kind: 'compare', base: base.sha, head: head.sha, forced: false },
  };
}

/** Tested is the head as it is, not merged: GitHub keeps an old merge where there is a conflict. */
function triggerOf(event: PullRequest, action: string): Trigger {
  const { title, head, base } = event.pull_request;
  const fork = head.repo?.id !== event.repository.id;
  return {
    event: 'pull_request',
    sha: head.sha,
    // In the base repository: ours to fetch also where the head's is not.
    ref: `refs/pull/${String(event.number)}/head`,
    ...beforeOf(event.before),
    // A fork's `main` must not be taken for ours.
    ...(fork ? {} : { branch: head.ref }),
    pullRequest: event.number,
    base: base.ref,
    action,
    fork,
    title,
    // The payload does not have the commit's.
    message: '',
    sender: senderOf(event),
  };
}
