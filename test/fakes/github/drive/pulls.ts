import { moveBranch } from '../branches.js';
import type { FileContent } from '../git/bare.js';
import { closeMerged, closePull, editPull, openPull, type PullEdit, reopenPull, setDraft } from '../pulls.js';
import type { Pushes } from '../pushes.js';
import type { Repositories } from '../repositories.js';
import type { PullRequest, Repository, RepositoryName } from '../state/model.js';
import { actorOf, findRepository, repositoryOf } from '../state/state.js';
import type { World } from '../world.js';
import { DEFAULT_USER } from './people.js';
import type { Push } from './push.js';

export interface PullOptions {
  /** The head branch. */
  readonly from: string;
  /** Whose fork has it, made when there is none. Absent: the repository itself. */
  readonly fork?: string;
  /** The branch to merge into. Default: the default branch. */
  readonly into?: string;
  /** Pushed to the head branch first, in one commit. Absent: the branch is there already. */
  readonly files?: Readonly<Record<string, FileContent | null>>;
  readonly title?: string;
  readonly body?: string;
  readonly draft?: boolean;
  /** Login. Default: who has the fork, else `octocat`. */
  readonly by?: string;
}

/** What people do with pull requests; `by` is a login, by default the author's. */
export interface Pulls {
  /** @throws Error when one of the branches is not there */
  open(repository: RepositoryName, pull: PullOptions): Promise<PullRequest>;
  /** One commit onto its head branch. @returns its sha */
  push(pull: PullRequest, push: Omit<Parameters<Push>[1], 'branch'>): Promise<string>;
  edit(pull: PullRequest, edit: PullEdit, by?: string): Promise<void>;
  /** A draft is one no more. */
  ready(pull: PullRequest, by?: string): Promise<void>;
  draft(pull: PullRequest, by?: string): Promise<void>;
  close(pull: PullRequest, by?: string): Promise<void>;
  /** @throws Error when it was merged, or its branch is gone */
  reopen(pull: PullRequest, by?: string): Promise<void>;
  /** By default `octocat` does it. @returns the merge commit @throws Error for a conflict */
  merge(pull: PullRequest, by?: string): Promise<string>;
}

export function createPulls(world: World, parts: Parts): Pulls {
  const { push, pushes, repositories } = parts;
  const user = (login: string) => actorOf(world.state, login);
  const sender = (pull: PullRequest, by: string | undefined) => (by === undefined ? pull.author : user(by));
  const headOf = async (base: Repository, fork: string | undefined): Promise<Repository> => {
    if (fork === undefined) return base;
    return findRepository(world.state, `${fork}/${base.name}`) ?? repositories.fork(base, fork);
  };
  return {
    open: async (name, { from, fork, files, ...wanted }) => {
      const repository = repositoryOf(world.state, name);
      const head = { repository: await headOf(repository, fork), branch: from };
      const by = wanted.by ?? fork ?? DEFAULT_USER;
      if (files !== undefined) await push(head.repository, { branch: from, files, by });
      return openPull(world, {
        head,
        base: { repository, branch: wanted.into ?? repository.defaultBranch },
        author: user(by),
        title: wanted.title ?? `Merge ${from}`,
        body: wanted.body ?? null,
        draft: wanted.draft ?? false,
      });
    },
    push: ({ head, author }, wanted) =>
      push(head.repository, { by: author.login, ...wanted, branch: head.branch }),
    edit: (pull, edit, by) => editPull(world, pull, edit, sender(pull, by)),
    ready: (pull, by) => setDraft(world, pull, false, sender(pull, by)),
    draft: (pull, by) => setDraft(world, pull, true, sender(pull, by)),
    close: (pull, by) => closePull(world, pull, sender(pull, by)),
    reopen: (pull, by) => reopenPull(world, pull, sender(pull, by)),
    merge: async (pull, by = DEFAULT_USER) => {
      const { mergeSha, mergeable, number, repository, base } = pull;
      if (mergeSha === undefined || !mergeable) throw new Error(`pull request ${number} has a conflict`);
      await moveBranch(pushes, { repository, by: user(by) }, base.branch, mergeSha);
      await closeMerged(world, pull, user(by));
      return mergeSha;
    },
  };
}

interface Parts {
  readonly push: Push;
  readonly pushes: Pushes;
  readonly repositories: Repositories;
}
