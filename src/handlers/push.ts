import { z } from 'zod';
import type { Trigger } from '../pipeline/model.js';
import type { IntakeEvent } from '../runs/ports.js';
import { decode, INSTALLATION, REPOSITORY, repositoryOf } from './payload.js';
import { changesOf, PUSH_CHANGES } from './push-changes.js';

const SHA = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/);

const PUSH = PUSH_CHANGES.extend({
  ref: z.string(),
  after: SHA,
  deleted: z.boolean(),
  head_commit: z.object({ id: SHA, message: z.string() }).nullish(),
  sender: z.object({ login: z.string() }).nullish(),
  pusher: z.object({ name: z.string() }).nullish(),
  repository: REPOSITORY,
  installation: INSTALLATION,
});

/** Exact prefixes: Cyclone v0.2 took a branch called `tags-x` for a release. */
const BRANCH = 'refs/heads/';
const TAG = 'refs/tags/';
/** The merge queue's branches; they are announced by merge_group. */
const QUEUE = 'gh-readonly-queue/';

/**
 * @returns undefined when nothing is to run: a deletion, or a ref that is neither branch nor tag
 * @throws InvalidPayload
 */
export function decodePush(delivery: string, payload: unknown): IntakeEvent | undefined {
  const push = decode(PUSH, payload);
  const name = refName(push.ref);
  if (push.deleted || name === undefined) {
    return undefined;
  }
  const message = push.head_commit?.message ?? '';
  const trigger: Trigger = {
    ...name,
    // An annotated tag's `after` is the tag object; checks belong to commits.
    sha: push.head_commit?.id ?? push.after,
    ref: push.ref,
    fork: false,
    title: message.split('\n', 1)[0] ?? '',
    message,
    sender: push.sender?.login ?? push.pusher?.name ?? 'unknown',
  };
  const repository = repositoryOf(push.repository, push.installation);
  const { sha, branch } = trigger;
  const changes =
    branch === undefined
      ? undefined
      : changesOf(push, { sha, branch, defaultBranch: repository.defaultBranch });
  return { delivery, repository, trigger, ...(changes && { changes }) };
}

function refName(ref: string): Pick<Trigger, 'event' | 'branch' | 'tag'> | undefined {
  if (ref.startsWith(TAG)) {
    return { event: 'tag', tag: ref.slice(TAG.length) };
  }
  if (ref.startsWith(BRANCH) && !ref.startsWith(BRANCH + QUEUE)) {
    return { event: 'push', branch: ref.slice(BRANCH.length) };
  }
  return undefined;
}
