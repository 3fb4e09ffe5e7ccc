import { z } from 'zod';
import type { Incoming, InstallationChanged } from '../runs/incoming.js';
import { actionOf, decode, INSTALLATION } from './payload.js';

const REPOSITORIES = z.array(z.object({ id: z.number().int() }));

const CHANGES: Readonly<Record<string, InstallationChanged['change']>> = {
  created: 'created',
  deleted: 'deleted',
  suspend: 'suspended',
  unsuspend: 'unsuspended',
};

const ON_ACCOUNT = z.object({ installation: INSTALLATION, repositories: REPOSITORIES.nullish() });

/**
 * @returns undefined when nothing is to be done, as for permissions: whoever needs one asks for it then
 * @throws InvalidPayload
 */
export function decodeInstallation(delivery: string, payload: unknown): Incoming | undefined {
  const action = actionOf(payload);
  const change = Object.hasOwn(CHANGES, action) ? CHANGES[action] : undefined;
  if (change === undefined) {
    return undefined;
  }
  const { installation, repositories } = decode(ON_ACCOUNT, payload);
  return installationChanged(delivery, installation.id, change, repositories ?? []);
}

const ON_REPOSITORIES = z.object({
  installation: INSTALLATION,
  repositories_added: REPOSITORIES,
  repositories_removed: REPOSITORIES,
});

/**
 * @returns undefined for an action that we do not know
 * @throws InvalidPayload
 */
export function decodeInstallationRepositories(delivery: string, payload: unknown): Incoming | undefined {
  const action = actionOf(payload);
  if (action !== 'added' && action !== 'removed') {
    return undefined;
  }
  const event = decode(ON_REPOSITORIES, payload);
  const repositories = action === 'added' ? event.repositories_added : event.repositories_removed;
  return installationChanged(delivery, event.installation.id, `repositories_${action}`, repositories);
}

function installationChanged(
  delivery: string,
  installation: number,
  change: InstallationChanged['change'],
  repositories: z.infer<typeof REPOSITORIES>,
): InstallationChanged {
  return {
    kind: 'installation_changed',
    delivery,
    installation,
    change,
    repositories: repositories.map(({ id }) => id),
  };
}
