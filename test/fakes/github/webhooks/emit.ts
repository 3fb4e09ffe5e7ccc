import type { Account, Repository } from '../state/model.js';
import { installationFor } from '../state/state.js';
import { accountView, organizationView } from '../views/account.js';
import { simpleInstallationView } from '../views/installation.js';
import { repositoryView } from '../views/repository.js';
import type { World } from '../world.js';

/**
 * Tells the App of something that happened in a repository, when it is installed there and listens.
 * @param fields of the payload besides repository, sender, installation and organization; may replace them
 */
export function emit(
  world: World,
  event: string,
  about: { readonly repository: Repository; readonly sender: Account },
  fields: Readonly<Record<string, unknown>>,
): void {
  const { repository, sender } = about;
  const installation = installationFor(world.state, repository);
  if (installation === undefined || installation.suspendedAt !== undefined) return;
  if (!installation.events.includes(event)) return;
  const payload = {
    repository: repositoryView(world.urls, repository),
    sender: accountView(world.urls, sender),
    installation: simpleInstallationView(installation),
    ...(repository.owner.type === 'Organization'
      ? { organization: organizationView(world.urls, repository.owner) }
      : {}),
    ...fields,
  };
  const problem = world.validators.payload(event, payload);
  if (problem !== undefined) world.violations.add({ kind: 'payload', where: event, problem });
  world.deliveries.send({
    event,
    payload,
    installationId: installation.id,
    repositoryId: repository.id,
  });
}
