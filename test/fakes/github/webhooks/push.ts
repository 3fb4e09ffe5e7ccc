import {
  type Commit,
  isAncestor,
  readChanges,
  readCommit,
  readCommits,
  resolveCommit,
} from '../git/commits.js';
import { NO_COMMIT, type RefChange, type RefSnapshot } from '../git/refs.js';
import type { Account, Repository } from '../state/model.js';
import { pushCommitView } from '../views/commit.js';
import { pushRepositoryView } from '../views/repository.js';
import type { World } from '../world.js';

// https://docs.github.com/en/webhooks/webhook-events-and-payloads#push
const MAX_COMMITS = 2048;

export interface Push {
  readonly repository: Repository;
  readonly pusher: Account;
  /** All refs as they were before the push. */
  readonly before: RefSnapshot;
}

/** The payload of one ref's `push` event, but for its sender and installation. */
export async function pushFields(
  world: World,
  push: Push,
  change: RefChange,
): Promise<Record<string, unknown>> {
  const { repository, pusher } = push;
  const { directory } = repository;
  const created = change.before === NO_COMMIT;
  const deleted = change.after === NO_COMMIT;
  // `after` of an annotated tag is the tag itself; the commit that it marks is the head commit.
  const head = deleted ? undefined : await resolveCommit(directory, change.after);
  const commits = await newCommits(push, change, head);
  const views = await Promise.all(
    commits.map(async ({ commit, distinct }) =>
      pushCommitView(world.urls, repository, commit, {
        distinct,
        changes: await readChanges(directory, commit.sha),
      }),
    ),
  );
  return {
    ref: change.ref,
    before: change.before,
    after: change.after,
    created,
    deleted,
    forced: !created && !deleted && !(await isAncestor(directory, change.before, change.after)),
    base_ref: created ? baseRef(push, change, head) : null,
    compare: `${world.urls.web}/${repository.fullName}/compare/${comparison(change)}`,
    commits: views,
    head_commit: head === undefined ? null : await headView(world, repository, head),
    repository: pushRepositoryView(world.urls, repository),
    pusher: { name: pusher.login, email: pusher.email },
  };
}

/** Oldest first. A new branch brings what no other ref had; a moved one what it did not have before. */
async function newCommits(
  push: Push,
  change: RefChange,
  head: string | undefined,
): Promise<{ commit: Commit; distinct: boolean }[]> {
  if (head === undefined || change.ref.startsWith('refs/tags/')) return [];
  const { directory } = push.repository;
  const known = [...new Set(push.before.values())].map((sha) => `^${sha}`);
  const limit = ['--reverse', '--topo-order', `--max-count=${MAX_COMMITS}`];
  const fresh = await readCommits(directory, [...limit, head, ...known]);
  if (change.before === NO_COMMIT) return fresh.map((commit) => ({ commit, distinct: true }));
  const distinct = new Set(fresh.map(({ sha }) => sha));
  const moved = await readCommits(directory, [...limit, head, `^${change.before}`]);
  return moved.map((commit) => ({ commit, distinct: distinct.has(commit.sha) }));
}

/** The branch on whose head a new ref was put. */
function baseRef(push: Push, change: RefChange, head: string | undefined): string | null {
  const branches = [...push.before].filter(([ref]) => ref.startsWith('refs/heads/') && ref !== change.ref);
  return branches.find(([, sha]) => sha === head)?.[0] ?? null;
}

function comparison({ ref, before, after }: RefChange): string {
  const name = ref.replace(/^refs\/(heads|tags)\//, '');
  return before === NO_COMMIT ? name : `${before.slice(0, 12)}...${after.slice(0, 12)}`;
}

async function headView(world: World, repository: Repository, sha: string): Promise<object | null> {
  const commit = await readCommit(repository.directory, sha);
  if (commit === undefined) return null;
  const changes = await readChanges(repository.directory, sha);
  return pushCommitView(world.urls, repository, commit, { distinct: true, changes });
}
