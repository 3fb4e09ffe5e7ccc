import type { ImageStore, StoredImage, StoredParts } from '../../worker/ports.js';
import { LABELS } from '../../worker/ports.js';
import type { Behind } from './behind.js';
import type { Client } from './client.js';
import { answerOf } from './errors.js';
import { inspectImage, shortId } from './images.js';
import { type LayerMarks, MARKS } from './layer-cache.js';
import { chainIds, type HistoryEntry, layerSizes } from './layer-sizes.js';
import { watchPulls } from './pull-events.js';

export interface ImageStoreContext {
  readonly client: Client;
  readonly install: string;
  readonly marks: Pick<LayerMarks, 'forget'>;
  /** What is yet to be marked. */
  readonly behind: Pick<Behind, 'settled'>;
}

/**
 * Not by `/system/df`, which walks through what containers and volumes hold as well, and is refused while another is
 * under way. What layers an image has never changes: it is asked once for each.
 */
export function imageStore({ client, install, marks, behind }: ImageStoreContext): ImageStore {
  const known = new Map<string, StoredParts>();
  const chains = new Map<string, readonly string[]>();

  return {
    async list() {
      await behind.settled();
      const [images, containers] = await Promise.all([
        client.call((docker) => docker.listImages()),
        client.call((docker) => docker.listContainers({ all: true })),
      ]);
      const used = new Set(containers.map(({ ImageID }) => ImageID));
      const there = new Set(images.map(({ Id }) => Id));
      for (const one of [known, chains]) for (const id of one.keys()) if (!there.has(id)) one.delete(id);
      return images.map(({ Id, RepoTags, RepoDigests, Labels, Created, Size }): StoredImage => {
        const names = namesIn(RepoTags, RepoDigests);
        const mark = Labels?.[LABELS.install] === install ? Labels[MARKS.of] : undefined;
        return {
          id: Id,
          names,
          createdAt: Created * 1000,
          bytes: Size,
          inUse: used.has(Id),
          // A name would be somebody's who wants it.
          ...(mark !== undefined && names.length === 0 && { marks: mark }),
        };
      });
    },
    async parts({ id }) {
      const parts = known.get(id) ?? (await askParts(client, id));
      if (parts !== undefined) known.set(id, parts);
      return parts;
    },
    async layerIds({ id }) {
      const ids = chains.get(id) ?? chainIds((await inspectImage(client, id))?.RootFS.Layers ?? []);
      chains.set(id, ids);
      return ids;
    },
    async remove({ id, names }) {
      marks.forget();
      const tags = names.filter((name) => !name.includes('@'));
      // By its id it goes whole or not at all, but with several tags the engine wants each of them named.
      for (const name of tags.length > 1 ? tags : [id]) {
        if (!(await remove(client, name))) return false;
      }
      return tags.length <= 1 || (await inspectImage(client, id)) === undefined;
    },
    watchPulls: (since, pulled, signal) => watchPulls(client, { since, pulled, signal }),
  };
}

/** Before version 1.43 of the API what is not there was called `<none>:<none>`. */
export function namesIn(
  tags: readonly string[] | null | undefined,
  digests: readonly string[] | null | undefined,
): readonly string[] {
  return [...(tags ?? []), ...(digests ?? [])].filter((name) => !name.startsWith('<none>'));
}

async function askParts(client: Client, id: string): Promise<StoredParts | undefined> {
  const image = await inspectImage(client, id);
  if (image === undefined) return undefined;
  try {
    const history: readonly HistoryEntry[] = await client.call((docker) => docker.getImage(id).history());
    return {
      layers: layerSizes(image.RootFS.Layers ?? [], history),
      steps: history.flatMap(({ Id = '' }) => (Id.startsWith('sha256:') ? [shortId(Id)] : [])),
    };
  } catch (error) {
    if (answerOf(error)?.status === 404) return undefined;
    throw error;
  }
}

/** @returns false when it is in use, by a container or by an image that was made of it */
async function remove(client: Client, image: string): Promise<boolean> {
  try {
    await client.call((docker) => docker.getImage(image).remove());
    return true;
  } catch (error) {
    const status = answerOf(error)?.status;
    if (status !== 404 && status !== 409) throw error;
    return status === 404;
  }
}
