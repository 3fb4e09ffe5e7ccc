import { type FileContent, writeCommit } from '../git/bare.js';
import { resolveCommit } from '../git/commits.js';
import type { Pushes } from '../pushes.js';
import type { RepositoryName } from '../state/model.js';
import { actorOf, repositoryOf } from '../state/state.js';
import type { World } from '../world.js';
import { DEFAULT_USER } from './people.js';

export interface NewPush {
  /** Default: the default branch. */
  readonly branch?: string;
  /**
   * The parent: a commit, branch or tag. Default: the branch's head, else the default branch's. Another
   * than the branch's head is a force-push.
   */
  readonly from?: string;
  /** Written over those of the parent; `null` removes one. */
  readonly files: Readonly<Record<string, FileContent | null>>;
  readonly message?: string;
  /** Login. */
  readonly by?: string;
}

/** One commit onto a branch, pushed. @returns its sha */
export type Push = (repository: RepositoryName, push: NewPush) => Promise<string>;

export function createPush(world: World, pushes: Pushes): Push {
  return async (name, wanted) => {
    const repository = repositoryOf(world.state, name);
    const { directory, defaultBranch } = repository;
    const pusher = actorOf(world.state, wanted.by ?? DEFAULT_USER);
    const ref = `refs/heads/${wanted.branch ?? defaultBranch}`;
    const parent = async (): Promise<string | undefined> => {
      if (wanted.from !== undefined) return resolveCommit(directory, wanted.from);
      return (
        (await resolveCommit(directory, ref)) ??
        (await resolveCommit(directory, `refs/heads/${defaultBranch}`))
      );
    };
    return pushes(repository, pusher, async () =>
      writeCommit(directory, {
        ref,
        parent: await parent(),
        message: wanted.message ?? `Change ${Object.keys(wanted.files).join(', ')}`,
        author: { name: pusher.login, email: pusher.email },
        at: world.now(),
        files: wanted.files,
      }),
    );
  };
}
