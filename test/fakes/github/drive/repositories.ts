import { git } from '../git/git.js';
import type { Account, Installation, Repository, RepositoryName } from '../state/model.js';
import {
  accountOf,
  actorOf,
  installationFor,
  moveRepository,
  removeRepository,
  repositoryOf,
} from '../state/state.js';
import { accountView, organizationView } from '../views/account.js';
import { emit } from '../webhooks/emit.js';
import { emitRepositories } from '../webhooks/installation.js';
import type { World } from '../world.js';
import { DEFAULT_USER } from './people.js';

/** What owners do with a repository. `by` is a login. The object stays the same, its names change. */
export interface RepositorySettings {
  /** The old name leads to the new one, in the API and in git. */
  rename(repository: RepositoryName, name: string, by?: string): void;
  /** To another account, which hears of it when it has the App; the old one's App loses it. */
  transfer(repository: RepositoryName, owner: string, by?: string): void;
  /** Apps are told no more than that they have it no longer. */
  remove(repository: RepositoryName, by?: string): void;
  setPrivate(repository: RepositoryName, isPrivate: boolean, by?: string): void;
  /** @throws Error when there is no such branch */
  setDefaultBranch(repository: RepositoryName, branch: string, by?: string): Promise<void>;
}

type Action = 'renamed' | 'transferred' | 'privatized' | 'publicized' | 'edited';

export function createRepositorySettings(world: World): RepositorySettings {
  const { state } = world;
  const tell = (repository: Repository, by: string, action: Action, changes?: object): void => {
    const sender = actorOf(state, by);
    emit(world, 'repository', { repository, sender }, { action, ...(changes && { changes }) });
    world.changes.announce();
  };
  /** Its installation of before has it no longer. */
  const lose = (installation: Installation | undefined, repository: Repository, by: string): void => {
    if (installation === undefined) return;
    emitRepositories(world, { installation, sender: actorOf(state, by) }, 'removed', [repository]);
  };
  return {
    rename: (wanted, name, by = DEFAULT_USER) => {
      const repository = repositoryOf(state, wanted);
      const from = repository.name;
      moveRepository(state, repository, repository.owner, name);
      tell(repository, by, 'renamed', { repository: { name: { from } } });
    },
    transfer: (wanted, login, by = DEFAULT_USER) => {
      const repository = repositoryOf(state, wanted);
      const { owner: former, name } = repository;
      const installation = installationFor(state, repository);
      const owner = accountOf(state, login, 'Organization');
      moveRepository(state, repository, owner, name);
      repository.roles.set(login.toLowerCase(), 'admin');
      lose(installation, repository, by);
      tell(repository, by, 'transferred', { owner: { from: ownerView(world, former) } });
    },
    remove: (wanted, by = DEFAULT_USER) => {
      const repository = repositoryOf(state, wanted);
      const installation = installationFor(state, repository);
      removeRepository(state, repository);
      // https://docs.github.com/webhooks/webhook-events-and-payloads#repository, "deleted": "GitHub Apps and
      // repository webhooks will not receive this event."
      lose(installation, repository, by);
    },
    setPrivate: (wanted, isPrivate, by = DEFAULT_USER) => {
      const repository = repositoryOf(state, wanted);
      repository.private = isPrivate;
      tell(repository, by, isPrivate ? 'privatized' : 'publicized');
    },
    setDefaultBranch: async (wanted, branch, by = DEFAULT_USER) => {
      const repository = repositoryOf(state, wanted);
      const from = repository.defaultBranch;
      await git(repository.directory, ['rev-parse', '--verify', '--quiet', `refs/heads/${branch}`]);
      await git(repository.directory, ['symbolic-ref', 'HEAD', `refs/heads/${branch}`]);
      repository.defaultBranch = branch;
      tell(repository, by, 'edited', { default_branch: { from } });
    },
  };
}

const ownerView = ({ urls }: World, account: Account): object =>
  account.type === 'Organization'
    ? { organization: organizationView(urls, account) }
    : { user: accountView(urls, account) };
