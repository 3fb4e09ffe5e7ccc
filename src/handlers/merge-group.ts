import { z } from 'zod';
import type { Incoming } from '../runs/incoming.js';
import { ABOUT, actionOf, decode, delivered, SHA, senderOf } from './payload.js';
import { branchOf } from './refs.js';

const MERGE_GROUP = ABOUT.extend({
  merge_group: z.object({
    head_sha: SHA,
    /** `refs/heads/gh-readonly-queue/…` */
    head_ref: z.string(),
    base_sha: SHA,
    base_ref: z.string(),
    head_commit: z.object({ message: z.string() }),
  }),
});

/**
 * @returns undefined for an action that we do not know
 * @throws InvalidPayload
 */
export function decodeMergeGroup(delivery: string, payload: unknown): Incoming | undefined {
  const action = actionOf(payload);
  if (action !== 'checks_requested' && action !== 'destroyed') {
    return undefined;
  }
  const event = decode(MERGE_GROUP, payload);
  const about = delivered(delivery, event);
  const { head_sha: sha, head_ref: ref, base_sha: from, base_ref: base, head_commit } = event.merge_group;
  if (action === 'destroyed') {
    return { kind: 'ref_gone', ...about, ref, by: senderOf(event) };
  }
  const { message } = head_commit;
  return {
    kind: 'commit',
    ...about,
    trigger: {
      event: 'merge_group',
      sha,
      ref,
      branch: branchOf(ref) ?? ref,
      base: branchOf(base) ?? base,
      // What is in the queue was approved to be merged, and is in this repository.
      fork: false,
      title: message.split('\n', 1)[0] ?? '',
      message,
      sender: senderOf(event),
    },
    changes: { kind: 'compare', base: from, head: sha, forced: false },
  };
}
