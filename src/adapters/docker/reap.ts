import type { Labels } from '../../worker/ports.js';
import { LABELS } from '../../worker/ports.js';
import type { Client } from './client.js';
import { removeContainer } from './container.js';
import { answerOf } from './errors.js';
import { CONTAINER_KIND } from './kind.js';
import { removeNetwork } from './networks.js';

/**
 * Removes what bears all the labels, and this installation's in any case: containers first, for a network with
 * containers on it cannot go, then networks, then images.
 */
export async function reapLabelled(
  client: Client,
  labels: Labels,
  { install, images }: { readonly install: string; readonly images: boolean },
): Promise<void> {
  const filters = filterBy({ ...labels, [LABELS.install]: install });
  const own = filterBy({ ...labels, [LABELS.install]: install, ...CONTAINER_KIND });
  const containers = await client.call((docker) => docker.listContainers({ all: true, filters: own }));
  await Promise.all(containers.map(({ Id }) => removeContainer(client, Id)));
  const networks = await client.call((docker) => docker.listNetworks({ filters }));
  await Promise.all(networks.map(({ Id, Name }) => removeNetwork(client, { id: Id, name: Name })));
  if (images) await removeImages(client, filters);
}

function filterBy(labels: Labels): { readonly label: string[] } {
  return { label: Object.entries(labels).map(([key, value]) => `${key}=${value}`) };
}

/**
 * One built on top of another must go first, and the list does not say which: again while it helps. Their
 * layers go too, but those that are marked as the next build's cache.
 */
async function removeImages(client: Client, filters: { readonly label: string[] }): Promise<void> {
  for (;;) {
    const images = await client.call((docker) => docker.listImages({ filters }));
    const failures: unknown[] = [];
    for (const { Id } of images) {
      await client
        .call((docker) => docker.getImage(Id).remove({ force: true }))
        .catch((error: unknown) => {
          if (!answerOf(error)) throw error;
          if (answerOf(error)?.status !== 404) failures.push(error);
        });
    }
    if (images.length === 0) return;
    if (failures.length === images.length) throw failures[0];
  }
}
