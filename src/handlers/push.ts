import { z } from 'zod';
import type { Trigger } from '../pipeline/model.js';
import type { Incoming } from '../runs/incoming.js';
import { ABOUT, beforeOf, decode, delivered, SHA, senderOf } from './payload.js';
import { changesOf, PUSH_CHANGES } from './push-changes.js';
import { branchOf, isQueue, tagOf } from './refs.js';

const PUSH = ABOUT.extend({
  ...PUSH_CHANGES.shape,
  ref: z.string(),
  after: SHA,
  deleted: z.boolean(),
  head_commit: z.object({ id: SHA, message: z.string() }).nullish(),
  pusher: z.object({ name: z.string() }).nullish(),
});

/**
 * @returns undefined when nothing is to be done: a ref that is neither branch nor tag, or one of the merge
 *   queue's branches, which merge_group announces
 * @throws InvalidPayload
 */
export function decodePush(delivery: string, payload: unknown): Incoming | undefined {
  const push = decode(PUSH, payload);
  const name = nameOf(push.ref);
  if (name === undefined) {
    return undefined;
  }
  const about = delivered(delivery, push);
  const sender = push.sender?.login ?? push.pusher?.name ?? senderOf(push);
  if (push.deleted) {
    return { kind: 'ref_gone', ...about, ref: push.ref, by: sender };
  }
  const message = push.head_commit?.message ?? '';
  const trigger: Trigger = {
    ...name,
    // An annotated tag's `after` is the tag object; checks belong to commits.
    sha: push.head_commit?.id ?? push.after,
    ref: push.ref,
    ...beforeOf(push.before),
    fork: false,
    title: message.split('\n', 1)[0] ?? '',
    message,
    sender,
  };
  const { sha, branch } = trigger;
  const changes =
    branch === undefined
      ? undefined
      : changesOf(push, { sha, branch, defaultBranch: about.repository.defaultBranch });
  return { kind: 'commit', ...about, trigger, ...(changes && { changes }) };
}

function nameOf(ref: string): Pick<Trigger, 'event' | 'branch' | 'tag'> | undefined {
  const tag = tagOf(ref);
  if (tag !== undefined) {
    return { event: 'tag', tag };
  }
  const branch = branchOf(ref);
  return branch === undefined || isQueue(branch) ? undefined : { event: 'push', branch };
}
