import { createComment, editComment } from './comments.js';
import { type FileContent, writeCommit } from './git/bare.js';
import { resolveCommit } from './git/commits.js';
import { closePull, openPull, readyPull } from './pulls.js';
import type { Pushes } from './pushes.js';
import { DEFAULT_USER } from './repositories.js';
import type { Account, Comment, PullRequest, RepositoryName, Role } from './state/model.js';
import { accountOf, repositoryOf } from './state/state.js';
import { emitCheckRun, emitCheckSuite } from './webhooks/check.js';
import type { World } from './world.js';

export interface NewPush {
  /** Default: the default branch. */
  readonly branch?: string;
  /** A commit, branch or tag. Default: the branch's head, else the default branch's. */
  readonly from?: string;
  /** Written over those of the parent; `null` removes one. */
  readonly files: Readonly<Record<string, FileContent | null>>;
  readonly message?: string;
  /** Login. */
  readonly by?: string;
}

export interface PullOptions {
  /** The repository of the head branch. Default: the same. */
  readonly from?: RepositoryName;
  readonly branch: string;
  /** The branch to merge into. Default: the default branch. */
  readonly into?: string;
  readonly title?: string;
  readonly body?: string;
  readonly draft?: boolean;
  /** Login. Default: the owner of a fork, else `octocat`. */
  readonly by?: string;
}

/** What people do on GitHub, each as they would and with the webhooks that follow. */
export interface People {
  /** Someone with an account, made at first mention. */
  user(login: string): Account;
  setRole(repository: RepositoryName, login: string, role: Role): void;
  /** A clone URL with the person's password in it. */
  pushUrl(repository: RepositoryName, login?: string): string;
  /** One commit onto a branch, pushed. @returns its sha */
  push(repository: RepositoryName, push: NewPush): Promise<string>;
  /** @throws Error when one of the branches is not there */
  openPull(repository: RepositoryName, pull: PullOptions): Promise<PullRequest>;
  closePull(repository: RepositoryName, number: number, login?: string): Promise<void>;
  comment(repository: RepositoryName, number: number, body: string, login?: string): Comment;
  editComment(comment: Comment, body: string, login?: string): void;
  /** A draft is one no more. */
  readyPull(repository: RepositoryName, number: number, login?: string): Promise<void>;
  /** Presses "Re-run" on a check run. */
  rerequestRun(repository: RepositoryName, checkRunId: number, login?: string): void;
  /** Presses "Re-run all checks" on the commit of a check run. */
  rerequestSuite(repository: RepositoryName, checkRunId: number, login?: string): Promise<void>;
  /** Presses one of a check run's buttons. @throws Error when it has no such button */
  requestAction(repository: RepositoryName, checkRunId: number, identifier: string, login?: string): void;
}

export function createPeople(world: World, pushes: Pushes): People {
  const user = (login: string): Account => accountOf(world.state, login, 'User');
  const setRole: People['setRole'] = (name, login, role) => {
    user(login);
    repositoryOf(world.state, name).roles.set(login.toLowerCase(), role);
  };
  const find = (name: RepositoryName, checkRunId: number) => {
    const repository = repositoryOf(world.state, name);
    const run = world.state.checkRuns.get(checkRunId);
    if (run === undefined || run.repository !== repository) throw new Error(`no check run ${checkRunId}`);
    return run;
  };
  const findPull = (name: RepositoryName, number: number): PullRequest => {
    const repository = repositoryOf(world.state, name);
    const pulls = [...world.state.pulls.values()];
    const pull = pulls.find((each) => each.base.repository === repository && each.number === number);
    if (pull === undefined) throw new Error(`no pull request ${number}`);
    return pull;
  };
  return {
    user,
    setRole,
    pushUrl: (name, login = DEFAULT_USER) => {
      const repository = repositoryOf(world.state, name);
      const url = new URL(`${world.urls.web}/${repository.fullName}.git`);
      url.username = login;
      url.password = user(login).token;
      return url.href;
    },
    push: async (name, wanted) => {
      const repository = repositoryOf(world.state, name);
      const pusher = user(wanted.by ?? DEFAULT_USER);
      const branch = wanted.branch ?? repository.defaultBranch;
      const ref = `refs/heads/${branch}`;
      return pushes(repository, pusher, async () =>
        writeCommit(repository.directory, {
          ref,
          parent:
            wanted.from === undefined
              ? ((await resolveCommit(repository.directory, ref)) ??
                (await resolveCommit(repository.directory, `refs/heads/${repository.defaultBranch}`)))
              : await resolveCommit(repository.directory, wanted.from),
          message: wanted.message ?? `Change ${Object.keys(wanted.files).join(', ')}`,
          author: { name: pusher.login, email: pusher.email },
          at: world.now(),
          files: wanted.files,
        }),
      );
    },
    openPull: async (name, wanted) => {
      const repository = repositoryOf(world.state, name);
      const from = wanted.from === undefined ? repository : repositoryOf(world.state, wanted.from);
      const author = wanted.by ?? (from.forkOf === undefined ? DEFAULT_USER : from.owner.login);
      return openPull(world, {
        head: { repository: from, branch: wanted.branch },
        base: { repository, branch: wanted.into ?? repository.defaultBranch },
        author: user(author),
        title: wanted.title ?? `Merge ${wanted.branch}`,
        body: wanted.body ?? null,
        draft: wanted.draft ?? false,
      });
    },
    closePull: (name, number, login = DEFAULT_USER) => closePull(world, findPull(name, number), user(login)),
    readyPull: (name, number, login = DEFAULT_USER) => readyPull(world, findPull(name, number), user(login)),
    comment: (name, number, body, login = DEFAULT_USER) =>
      createComment(world, findPull(name, number), user(login), body),
    editComment: (comment, body, login = comment.author.login) =>
      editComment(world, comment, user(login), body),
    rerequestRun: (name, id, login = DEFAULT_USER) =>
      emitCheckRun(world, 'rerequested', find(name, id), user(login)),
    rerequestSuite: (name, id, login = DEFAULT_USER) =>
      emitCheckSuite(world, 'rerequested', find(name, id).suite, user(login)),
    requestAction: (name, id, identifier, login = DEFAULT_USER) => {
      const run = find(name, id);
      const action = run.state.actions.find((each) => each.identifier === identifier);
      if (action === undefined) throw new Error(`check run ${id} has no button ${identifier}`);
      emitCheckRun(world, 'requested_action', run, user(login), action);
    },
  };
}
