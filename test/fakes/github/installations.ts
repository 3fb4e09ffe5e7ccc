import type { Account, Installation, Repository } from './state/model.js';
import { installationFor, repositoriesOf } from './state/state.js';
import type { World } from './world.js';

/** @param repositories ids; `undefined` is all of the account */
export function createInstallation(
  { state, now }: World,
  account: Account,
  repositories: ReadonlySet<number> | undefined,
): Installation {
  const { permissions, events } = state.app;
  const installation: Installation = {
    id: state.ids.next(),
    account,
    createdAt: now(),
    permissions,
    events,
    repositories,
    suspendedAt: undefined,
  };
  state.installations.set(installation.id, installation);
  return installation;
}

/** An account has one installation of an App. */
export function installationOn({ state }: World, account: Account): Installation | undefined {
  return [...state.installations.values()].find((each) => each.account === account);
}

/** Gives or takes a repository. One that has all has selected ones from the first that is taken. */
export function select(
  { state }: World,
  installation: Installation,
  repository: Repository,
  wanted: boolean,
): void {
  const has = installationFor(state, repository) === installation;
  if (has === wanted) return;
  const others = repositoriesOf(state, installation).filter((each) => each !== repository);
  installation.repositories = new Set([...others, ...(wanted ? [repository] : [])].map(({ id }) => id));
}
