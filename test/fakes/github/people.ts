import { type FileContent, writeCommit } from './git/bare.js';
import { resolveCommit } from './git/commits.js';
import type { Pushes } from './pushes.js';
import { DEFAULT_USER } from './repositories.js';
import type { Account, RepositoryName, Role } from './state/model.js';
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

/** What people do on GitHub, each as they would and with the webhooks that follow. */
export interface People {
  /** Someone with an account, made at first mention. */
  user(login: string): Account;
  setRole(repository: RepositoryName, login: string, role: Role): void;
  /** A clone URL with the person's password in it. */
  pushUrl(repository: RepositoryName, login?: string): string;
  /** One commit onto a branch, pushed. @returns its sha */
  push(repository: RepositoryName, push: NewPush): Promise<string>;
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
