import { suiteOf } from './checks.js';
import { resolveCommit } from './git/commits.js';
import { git } from './git/git.js';
import { diffRefs, NO_COMMIT, PUSHED_REFS, type RefChange, snapshotRefs } from './git/refs.js';
import { followPush } from './pulls.js';
import type { Account, Repository } from './state/model.js';
import { emitCheckSuite } from './webhooks/check.js';
import { emit } from './webhooks/emit.js';
import { type Push, pushFields } from './webhooks/push.js';
import type { World } from './world.js';

// https://docs.github.com/en/webhooks/webhook-events-and-payloads#push: more at once make no events
const MAX_TAGS = 3;

/**
 * Lets `write` move refs of a repository and tells the App what was moved.
 * Of one repository one at a time: what moved is known by comparing its refs before and after.
 */
export type Pushes = <T>(repository: Repository, pusher: Account, write: () => Promise<T>) => Promise<T>;

export function createPushes(world: World): Pushes {
  const last = new Map<number, Promise<unknown>>();
  return async (repository, pusher, write) => {
    const previous = last.get(repository.id);
    const turn = (async () => {
      await previous?.catch(() => undefined); // its own caller has seen it fail
      const before = await snapshotRefs(repository.directory, ...PUSHED_REFS);
      try {
        return await write();
      } finally {
        const after = await snapshotRefs(repository.directory, ...PUSHED_REFS);
        await announce(world, { repository, pusher, before }, diffRefs(before, after));
      }
    })();
    last.set(repository.id, turn);
    return turn;
  };
}

/** The first branch of an empty repository becomes its default, whatever its name. */
async function settleDefaultBranch(
  { repository, before }: Push,
  changes: readonly RefChange[],
): Promise<void> {
  const first = changes.find(({ ref }) => ref.startsWith('refs/heads/'))?.ref;
  const main = `refs/heads/${repository.defaultBranch}`;
  if (before.size > 0 || first === undefined || changes.some(({ ref }) => ref === main)) return;
  await git(repository.directory, ['symbolic-ref', 'HEAD', first]);
  repository.defaultBranch = first.replace('refs/heads/', '');
}

async function announce(world: World, push: Push, changes: readonly RefChange[]): Promise<void> {
  if (changes.length === 0) return;
  const { repository, pusher } = push;
  repository.pushedAt = world.now();
  await settleDefaultBranch(push, changes);
  const tags = changes.filter(({ ref }) => ref.startsWith('refs/tags/'));
  for (const change of changes) {
    const isTag = change.ref.startsWith('refs/tags/');
    if (isTag && tags.length > MAX_TAGS) continue;
    emit(world, 'push', { repository, sender: pusher }, await pushFields(world, push, change));
    announceRef(world, push, change);
    if (isTag) continue;
    if (change.after !== NO_COMMIT) await requestSuite(world, push, change);
    await followPush(world, repository, pusher, change);
  }
  world.changes.announce();
}

/** `create` and `delete`, for Apps that listen to them. */
function announceRef(world: World, { repository, pusher }: Push, change: RefChange): void {
  const type = change.ref.startsWith('refs/tags/') ? 'tag' : 'branch';
  const fields = {
    ref: change.ref.replace(/^refs\/(heads|tags)\//, ''),
    ref_type: type,
    pusher_type: 'user',
  };
  const about = { repository, sender: pusher };
  if (change.before === NO_COMMIT)
    emit(world, 'create', about, { ...fields, master_branch: repository.defaultBranch, description: null });
  if (change.after === NO_COMMIT) emit(world, 'delete', about, fields);
}

async function requestSuite(world: World, { repository, pusher }: Push, change: RefChange): Promise<void> {
  const sha = await resolveCommit(repository.directory, change.after);
  if (!world.settings.checkSuites || sha === undefined) return;
  // A commit has one suite: pushed again on another branch it keeps the first.
  const known = [...world.state.checkSuites.values()].some(
    (suite) => suite.repository === repository && suite.headSha === sha,
  );
  if (known) return;
  const branch = change.ref.replace('refs/heads/', '');
  const suite = suiteOf(world, repository, sha, { branch, before: change.before });
  await emitCheckSuite(world, 'requested', suite, pusher);
}
