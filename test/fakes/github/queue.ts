import { moveBranch } from './branches.js';
import { tryMerge } from './git/merge.js';
import { branchHead, closeMerged } from './pulls.js';
import type { Pushes } from './pushes.js';
import type { Account, PullRequest } from './state/model.js';
import { actorOf } from './state/state.js';
import { commitSummary } from './views/commit.js';
import { emit } from './webhooks/emit.js';
import type { World } from './world.js';

/** A pull request on trial in a merge queue, merged into what its base branch was. */
export interface MergeGroup {
  readonly pull: PullRequest;
  /** `gh-readonly-queue/<base>/pr-<number>-<sha of the base>` */
  readonly branch: string;
  readonly headSha: string;
  readonly baseSha: string;
}

export type Leaving = 'merged' | 'invalidated' | 'dequeued';

/** GitHub pushes the branch and asks for checks of its head. @throws Error for a conflict */
export async function enqueue(
  world: World,
  pushes: Pushes,
  pull: PullRequest,
  sender: Account,
): Promise<MergeGroup> {
  const { repository, base, head } = pull;
  const baseSha = await branchHead(base);
  const headSha = await tryMerge(repository.directory, baseSha, head.sha);
  if (headSha === undefined) throw new Error(`pull request ${pull.number} has a conflict`);
  const branch = `gh-readonly-queue/${base.branch}/pr-${pull.number}-${baseSha}`;
  const group = { pull, branch, headSha, baseSha };
  await moveBranch(pushes, { repository, by: bot(world) }, branch, headSha);
  await tell(world, group, { action: 'checks_requested' }, sender);
  return group;
}

/** Merged, the base branch moves to the group's head; in any case its branch goes. */
export async function leave(
  world: World,
  pushes: Pushes,
  group: MergeGroup,
  reason: Leaving,
  sender: Account,
): Promise<void> {
  const { repository, base } = group.pull;
  const queue = { repository, by: bot(world) };
  if (reason === 'merged') {
    await moveBranch(pushes, queue, base.branch, group.headSha);
    await closeMerged(world, group.pull, queue.by);
  }
  await tell(world, group, { action: 'destroyed', reason }, sender);
  await moveBranch(pushes, queue, group.branch, undefined);
}

const bot = ({ state }: World): Account => actorOf(state, 'github-merge-queue[bot]');

async function tell(world: World, group: MergeGroup, fields: object, sender: Account): Promise<void> {
  const { repository, base } = group.pull;
  const mergeGroup = {
    head_sha: group.headSha,
    head_ref: `refs/heads/${group.branch}`,
    base_sha: group.baseSha,
    base_ref: `refs/heads/${base.branch}`,
    head_commit: await commitSummary(repository, group.headSha),
  };
  emit(world, 'merge_group', { repository, sender }, { ...fields, merge_group: mergeGroup });
  world.changes.announce();
}
