import type { Account, Installation, Repository } from '../state/model.js';
import { installationFor } from '../state/state.js';
import { accountView, organizationView } from '../views/account.js';
import { installationView, simpleInstallationView } from '../views/installation.js';
import { repositoryView } from '../views/repository.js';
import type { World } from '../world.js';
import { hears } from './subscriptions.js';

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
  if (installation === undefined || !hears(installation, event)) return;
  const payload = {
    repository: repositoryView(world.urls, repository),
    sender: accountView(world.urls, sender),
    installation: simpleInstallationView(installation),
    ...organizationOf(world, repository.owner),
    ...fields,
  };
  deliver(world, event, payload, { installation, repository });
}

/** Tells the App of something that happened to one of its installations: every App hears of that. */
export function emitInstallation(
  world: World,
  event: 'installation' | 'installation_repositories',
  about: { readonly installation: Installation; readonly sender: Account },
  fields: Readonly<Record<string, unknown>>,
): void {
  const { installation, sender } = about;
  const payload = {
    installation: installationView(world.urls, world.state.app, installation),
    sender: accountView(world.urls, sender),
    ...organizationOf(world, installation.account),
    ...fields,
  };
  deliver(world, event, payload, { installation });
}

const organizationOf = ({ urls }: World, account: Account): object =>
  account.type === 'Organization' ? { organization: organizationView(urls, account) } : {};

function deliver(
  world: World,
  event: string,
  payload: object,
  about: { readonly installation: Installation; readonly repository?: Repository },
): void {
  const problem = world.validators.payload(event, payload);
  if (problem !== undefined) world.violations.add({ kind: 'payload', where: event, problem });
  world.deliveries.send({
    event,
    payload,
    installationId: about.installation.id,
    repositoryId: about.repository?.id ?? null,
  });
}
