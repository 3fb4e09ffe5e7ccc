import { suiteOf } from './checks.js';
import { resolveCommit } from './git/commits.js';
import { git } from './git/git.js';
import { copyCommit, tryMerge } from './git/merge.js';
import { NO_COMMIT, type RefChange } from './git/refs.js';
import { nextNumber } from './issues.js';
import type { Account, PullRequest, Repository } from './state/model.js';
import { pullView } from './views/pull.js';
import { emitCheckSuite } from './webhooks/check.js';
import { emit } from './webhooks/emit.js';
import type { World } from './world.js';

export interface NewPull {
  readonly head: { readonly repository: Repository; readonly branch: string };
  readonly base: { readonly repository: Repository; readonly branch: string };
  readonly author: Account;
  readonly title: string;
  readonly body: string | null;
  readonly draft: boolean;
}

/** What may be edited. `into` is the branch to merge into. */
export interface PullEdit {
  readonly title?: string;
  readonly body?: string;
  readonly into?: string;
}

/** @throws Error when one of the branches is not there */
export async function openPull(world: World, wanted: NewPull): Promise<PullRequest> {
  const at = world.now();
  const { repository } = wanted.base;
  const pull: PullRequest = {
    ...wanted,
    kind: 'pull',
    repository,
    id: world.state.ids.next(),
    number: nextNumber(repository),
    head: { ...wanted.head, sha: await branchHead(wanted.head) },
    base: { ...wanted.base, sha: await branchHead(wanted.base) },
    state: 'open',
    merged: undefined,
    closedAt: undefined,
    mergeSha: undefined,
    mergeable: false,
    createdAt: at,
    updatedAt: at,
  };
  world.state.pulls.set(pull.id, pull);
  await settleRefs(pull);
  await tell(world, pull, 'opened', pull.author);
  await requestForkSuite(world, pull);
  return pull;
}

export async function closePull(world: World, pull: PullRequest, sender: Account): Promise<void> {
  pull.state = 'closed';
  pull.closedAt = world.now();
  await tell(world, pull, 'closed', sender);
}

/** Its commits are in the base branch already. Its author is a contributor from now on. */
export async function closeMerged(world: World, pull: PullRequest, sender: Account): Promise<void> {
  pull.merged = { at: world.now(), by: sender };
  const { associations } = pull.repository;
  const author = pull.author.login.toLowerCase();
  if (!associations.has(author)) associations.set(author, 'CONTRIBUTOR');
  await closePull(world, pull, sender);
}

/** @throws Error when it was merged, or when its branch is gone */
export async function reopenPull(world: World, pull: PullRequest, sender: Account): Promise<void> {
  if (pull.merged !== undefined) throw new Error(`pull request ${pull.number} was merged`);
  pull.head.sha = await branchHead(pull.head);
  pull.base.sha = await branchHead(pull.base);
  pull.state = 'open';
  pull.closedAt = undefined;
  await settleRefs(pull);
  await tell(world, pull, 'reopened', sender);
}

export async function setDraft(
  world: World,
  pull: PullRequest,
  draft: boolean,
  sender: Account,
): Promise<void> {
  if (pull.draft === draft) return;
  pull.draft = draft;
  await tell(world, pull, draft ? 'converted_to_draft' : 'ready_for_review', sender);
}

export async function editPull(
  world: World,
  pull: PullRequest,
  edit: PullEdit,
  sender: Account,
): Promise<void> {
  const { title, body, base } = pull;
  const from = { branch: base.branch, sha: base.sha };
  pull.title = edit.title ?? title;
  pull.body = edit.body ?? body;
  if (edit.into !== undefined) {
    base.branch = edit.into;
    base.sha = await branchHead(base);
    await settleRefs(pull);
  }
  const changes = {
    ...(edit.title === undefined ? {} : { title: { from: title } }),
    ...(edit.body === undefined ? {} : { body: { from: body ?? '' } }),
    ...(edit.into === undefined ? {} : { base: { ref: { from: from.branch }, sha: { from: from.sha } } }),
  };
  await tell(world, pull, 'edited', sender, { changes });
}

/** A branch was pushed: the open pull requests that it heads move with it, a deleted head closes them. */
export async function followPush(
  world: World,
  repository: Repository,
  pusher: Account,
  change: RefChange,
): Promise<void> {
  const headed = [...world.state.pulls.values()].filter(
    ({ head, state }) =>
      state === 'open' && head.repository === repository && change.ref === `refs/heads/${head.branch}`,
  );
  for (const pull of headed) {
    if (change.after === NO_COMMIT) {
      await closePull(world, pull, pusher);
      continue;
    }
    pull.head.sha = change.after;
    pull.base.sha = await branchHead(pull.base);
    await settleRefs(pull);
    await tell(world, pull, 'synchronize', pusher, { before: change.before, after: change.after });
    await requestForkSuite(world, pull);
  }
}

/** @throws Error when there is no such branch */
export async function branchHead({ repository, branch }: NewPull['head']): Promise<string> {
  const sha = await resolveCommit(repository.directory, `refs/heads/${branch}`);
  if (sha === undefined) throw new Error(`${repository.fullName} has no branch ${branch}`);
  return sha;
}

/** `refs/pull/N/head` follows at once; `refs/pull/N/merge` stays what it was while there is a conflict. */
async function settleRefs(pull: PullRequest): Promise<void> {
  const { directory } = pull.repository;
  await copyCommit(directory, pull.head.repository.directory, pull.head.sha, `refs/pull/${pull.number}/head`);
  const merge = await tryMerge(directory, pull.base.sha, pull.head.sha);
  pull.mergeable = merge !== undefined;
  if (merge === undefined) return;
  pull.mergeSha = merge;
  await git(directory, ['update-ref', `refs/pull/${pull.number}/merge`, merge]);
}

type Action =
  | 'opened'
  | 'reopened'
  | 'synchronize'
  | 'edited'
  | 'ready_for_review'
  | 'converted_to_draft'
  | 'closed';

async function tell(
  world: World,
  pull: PullRequest,
  action: Action,
  sender: Account,
  more: object = {},
): Promise<void> {
  pull.updatedAt = world.now();
  const view = await pullView(world.urls, pull);
  const fields = { action, number: pull.number, pull_request: view, ...more };
  emit(world, 'pull_request', { repository: pull.repository, sender }, fields);
  world.changes.announce();
}

/** A fork's commits reach the base repository by the pull request: its suite knows no branch. */
async function requestForkSuite(world: World, pull: PullRequest): Promise<void> {
  if (!world.settings.checkSuites || pull.head.repository === pull.repository) return;
  const suite = suiteOf(world, pull.repository, pull.head.sha);
  await emitCheckSuite(world, 'requested', suite, pull.author);
}
