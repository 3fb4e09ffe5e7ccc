import type { Labels } from '../../worker/ports.js';
import { LABELS } from '../../worker/ports.js';
import type { Client } from './client.js';
import { removeContainer } from './container.js';
import { answerOf } from './errors.js';
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
  const filters = {
    label: Object.entries({ ...labels, [LABELS.install]: install }).map(([key, value]) => `${key}=${value}`),
  };
  const containers = await client.call((docker) => docker.listContainers({ all: true, filters }));
  await Promise.all(containers.map(({ Id }) => removeContainer(client, Id)));
  const networks = await client.call((docker) => docker.listNetworks({ filters }));
  await Promise.all(networks.map(({ Id, Name }) => removeNetwork(client, { id: Id, name: Name })));
  if (images) await removeImages(client, filters);
}

/** One built on top of another must go first, and the list does not say which: again while it helps. */
async function removeImages(client: Client, filters: { readonly label: string[] }): Promise<void> {
  for (let before = Number.POSITIVE_INFINITY; ; ) {
    const images = await client.call((docker) => docker.listImages({ filters }));
    if (images.length === 0) return;
    const failures: unknown[] = [];
    for (const { Id } of images) {
      await client
        .call((docker) => docker.getImage(Id).remove({ force: true }))
        .catch((error: unknown) => {
          if (!answerOf(error)) throw error;
          if (answerOf(error)?.status !== 404) failures.push(error);
        });
    }
    if (failures.length === 0) return;
    if (failures.length >= before) throw failures[0];
    before = failures.length;
  }
}
