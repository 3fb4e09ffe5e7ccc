import { createInstallation, installationOn, select } from '../installations.js';
import type { Installation, Permissions, RepositoryName } from '../state/model.js';
import { accountOf, actorOf, repositoriesOf, repositoryOf } from '../state/state.js';
import { emitInstallationAction, emitRepositories } from '../webhooks/installation.js';
import type { World } from '../world.js';
import { DEFAULT_USER } from './people.js';

/** What owners do with the App. `by` is a login. */
export interface Installations {
  /** On all repositories of an account, or on some. @throws Error when it is installed there */
  install(owner: string, repositories?: readonly RepositoryName[], by?: string): Installation;
  /** Its tokens are bad from now on. */
  uninstall(installation: Installation, by?: string): void;
  /** Its tokens are refused, and it hears nothing but of itself. */
  suspend(installation: Installation, by?: string): void;
  unsuspend(installation: Installation, by?: string): void;
  /** The App has come to want other rights, and they are granted. Absent: what the App has. */
  accept(installation: Installation, wanted?: Partial<Granted>, by?: string): void;
  /** @throws Error when the App is not installed on its owner */
  add(repository: RepositoryName, by?: string): void;
  /** @throws Error when the App is not installed on its owner */
  take(repository: RepositoryName, by?: string): void;
  /** All tokens that were issued so far are bad, as when GitHub has seen one leak. */
  revokeTokens(installation: Installation): void;
}

interface Granted {
  readonly permissions: Permissions;
  readonly events: readonly string[];
}

export function createInstallations(world: World): Installations {
  const { state } = world;
  const user = (login: string) => actorOf(state, login);
  const pick = (name: RepositoryName, wanted: boolean, by: string): void => {
    const repository = repositoryOf(state, name);
    const installation = installationOn(world, repository.owner);
    if (installation === undefined) throw new Error(`not installed on ${repository.owner.login}`);
    select(world, installation, repository, wanted);
    const about = { installation, sender: user(by) };
    emitRepositories(world, about, wanted ? 'added' : 'removed', [repository]);
  };
  const suspend = (installation: Installation, at: number | undefined, by: string): void => {
    installation.suspendedAt = at;
    const action = at === undefined ? 'unsuspend' : 'suspend';
    const about = { installation, sender: user(by) };
    emitInstallationAction(world, about, action, repositoriesOf(state, installation));
  };
  return {
    install: (login, names, by = DEFAULT_USER) => {
      const account = accountOf(state, login, 'Organization');
      if (installationOn(world, account) !== undefined) throw new Error(`installed on ${login} already`);
      const chosen = names && new Set(names.map((name) => repositoryOf(state, name).id));
      const installation = createInstallation(world, account, chosen);
      const about = { installation, sender: user(by) };
      emitInstallationAction(world, about, 'created', repositoriesOf(state, installation));
      return installation;
    },
    uninstall: (installation, by = DEFAULT_USER) => {
      const had = repositoriesOf(state, installation);
      state.installations.delete(installation.id);
      emitInstallationAction(world, { installation, sender: user(by) }, 'deleted', had);
    },
    suspend: (installation, by = DEFAULT_USER) => suspend(installation, world.now(), by),
    unsuspend: (installation, by = DEFAULT_USER) => suspend(installation, undefined, by),
    accept: (installation, wanted = {}, by = DEFAULT_USER) => {
      installation.permissions = wanted.permissions ?? state.app.permissions;
      installation.events = wanted.events ?? state.app.events;
      const about = { installation, sender: user(by) };
      emitInstallationAction(world, about, 'new_permissions_accepted', []);
    },
    add: (repository, by = DEFAULT_USER) => pick(repository, true, by),
    take: (repository, by = DEFAULT_USER) => pick(repository, false, by),
    revokeTokens: (installation) => {
      for (const token of state.tokens.values())
        if (token.installation === installation) token.revoked = true;
    },
  };
}
