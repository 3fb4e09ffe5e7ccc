import type { Account, Installation, Repository } from '../state/model.js';
import { nodeId } from '../views/account.js';
import type { World } from '../world.js';
import { emitInstallation } from './emit.js';

interface About {
  readonly installation: Installation;
  readonly sender: Account;
}

type Action = 'created' | 'deleted' | 'suspend' | 'unsuspend' | 'new_permissions_accepted';

/** @param repositories that the installation has, or had */
export function emitInstallationAction(
  world: World,
  about: About,
  action: Action,
  repositories: readonly Repository[],
): void {
  const fields = { action, repositories: repositories.map(minimalView) };
  emitInstallation(world, 'installation', about, fields);
  world.changes.announce();
}

/** Repositories came to an installation, or went. */
export function emitRepositories(
  world: World,
  about: About,
  action: 'added' | 'removed',
  repositories: readonly Repository[],
): void {
  const views = repositories.map(minimalView);
  emitInstallation(world, 'installation_repositories', about, {
    action,
    repository_selection: about.installation.repositories === undefined ? 'all' : 'selected',
    repositories_added: action === 'added' ? views : [],
    repositories_removed: action === 'removed' ? views : [],
    requester: null,
  });
  world.changes.announce();
}

const minimalView = ({ id, name, fullName, private: isPrivate }: Repository) => ({
  id,
  node_id: nodeId('R', id),
  name,
  full_name: fullName,
  private: isPrivate,
});
