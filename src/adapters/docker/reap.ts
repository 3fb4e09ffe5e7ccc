import type { Labels } from '../../worker/ports.js';
import { LABELS } from '../../worker/ports.js';
import { assignedFilter } from './assigned.js';
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
  const assigned = assignedFilter({ ...labels, [LABELS.install]: install, ...CONTAINER_KIND });
  const containers = (by: Filters) =>
    client.call((docker) => docker.listContainers({ all: true, filters: by }));
  const [networks, made, taken] = await Promise.all([
    networksBy(client, filters),
    containers(own),
    assigned === undefined ? [] : containers(assigned),
  ]);
  // What was taken with them cannot be renamed.
  const places = new Set(taken.flatMap(({ Labels }) => Labels[LABELS.pool] ?? []));
  const theirs = await Promise.all(
    [...places].map((place) =>
      networksBy(client, filterBy({ [LABELS.install]: install, [LABELS.pool]: place })),
    ),
  );
  await Promise.all([...made, ...taken].map(({ Id }) => removeContainer(client, Id)));
  await Promise.all(
    [...networks, ...theirs.flat()].map(({ Id, Name }) => removeNetwork(client, { id: Id, name: Name })),
  );
  if (images) await removeImages(client, filters);
}

type Filters = Record<string, string[]>;

function networksBy(client: Client, filters: Filters) {
  return client.call((docker) => docker.listNetworks({ filters }));
}

function filterBy(labels: Labels): { label: string[] } {
  return { label: Object.entries(labels).map(([key, value]) => `${key}=${value}`) };
}

/**
 * One built on top of another must go first, and the list does not say which: again while it helps. Their
 * layers go too, but those that are marked as the next build's cache. One that a container of somebody else runs
 * loses its names, so that it is pruned when nobody uses it any more.
 */
async function removeImages(client: Client, filters: { readonly label: string[] }): Promise<void> {
  let helped = true;
  while (helped) {
    helped = false;
    for (const { Id, RepoTags, Labels } of await client.call((docker) => docker.listImages({ filters }))) {
      if (Labels?.[LABELS.shared] !== undefined) continue;
      for (const name of namesIn(RepoTags)) await remove(client, name);
      helped = (await remove(client, Id)) || helped;
    }
  }
}

/** Images that outlived their job for others of their run. */
export async function removeShared(client: Client, install: string, olderThanMs: number): Promise<void> {
  const filters = { label: [`${LABELS.install}=${install}`, LABELS.shared] };
  const old = (Date.now() - olderThanMs) / 1000;
  for (const { Id, RepoTags, Created } of await client.call((docker) => docker.listImages({ filters }))) {
    if (Created >= old) continue;
    for (const name of namesIn(RepoTags)) await remove(client, name);
    await remove(client, Id);
  }
}

/** Before version 1.43 of the API an image without a name was called `<none>:<none>`. */
function namesIn(tags: readonly string[] | null | undefined): readonly string[] {
  return (tags ?? []).filter((name) => name !== '<none>:<none>');
}

/** @returns whether the image, or the name, is gone */
async function remove(client: Client, image: string): Promise<boolean> {
  try {
    await client.call((docker) => docker.getImage(image).remove({ force: true }));
    return true;
  } catch (error) {
    const status = answerOf(error)?.status;
    // 409: in use, by a container or by an image that was made of it.
    if (status !== 404 && status !== 409) throw error;
    return status === 404;
  }
}
