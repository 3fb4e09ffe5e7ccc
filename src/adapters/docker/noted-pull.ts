import type { Brought, ImageLedger } from '../../worker/ports.js';
import type { Client } from './client.js';
import { namesIn } from './image-store.js';
import { inspectImage } from './images.js';
import type { EngineMessage } from './messages.js';

/** What the engine has, asked when a pull begins. */
interface Before {
  readonly ids: ReadonlySet<string>;
  readonly names: ReadonlySet<string>;
}

/** Pulls, and tells the ledger what came. @param name as the engine shows it */
export async function notedPull(
  client: Client,
  ledger: ImageLedger,
  name: string,
  pull: (heard: (message: EngineMessage) => void) => Promise<void>,
): Promise<void> {
  const isThere = (await inspectImage(client, name)) !== undefined;
  await ledger.pulling(name, isThere);
  // Nobody waits for it before the end: should a pull without layers be quicker, the image counts as somebody else's.
  const before = imagesNow(client);
  before.catch(() => {});
  let isNewer = false;
  let hadLayers = false;
  let came: Brought | 'same' | 'failed' = 'failed';
  try {
    await pull((message) => {
      isNewer ||= newerIn(message) !== undefined;
      hadLayers ||= isLayerPulled(message);
    });
    came = 'same';
    if (isNewer) {
      const known = hadLayers ? none(isThere ? name : undefined) : await before;
      came = (await brought(client, name, known)) ?? 'same';
    }
  } finally {
    await ledger.pulled(name, came);
  }
}

/** The name of an image that came, in what the engine says at the end of a pull, a build's own too. */
export function newerIn({ status = '' }: EngineMessage): string | undefined {
  return /^Status: Downloaded newer image for (\S+)$/.exec(status)?.[1];
}

/**
 * Then the engine had no such image when the pull began, however late anybody asks: of one that it has, no layer is
 * pulled. https://github.com/moby/moby/blob/v20.10.24/distribution/pull_v2.go (pullSchema2Layers)
 */
export function isLayerPulled({ status, id }: EngineMessage): boolean {
  return status === 'Pull complete' && id !== undefined;
}

/** Nothing of an image that layers were pulled for. @param name what another image was called by then */
export function none(name?: string): Before {
  return { ids: new Set(), names: new Set(name === undefined ? [] : [name]) };
}

/** All of them, also those that others were made of. */
export async function imagesNow(client: Client): Promise<Before> {
  const images = await client.call((docker) => docker.listImages({ all: true }));
  return {
    ids: new Set(images.map(({ Id }) => Id)),
    names: new Set(images.flatMap(({ RepoTags, RepoDigests }) => namesIn(RepoTags, RepoDigests))),
  };
}

/** Undefined: it is gone again. */
export async function brought(client: Client, name: string, before: Before): Promise<Brought | undefined> {
  const image = await inspectImage(client, name);
  if (image === undefined) return undefined;
  const digests = namesIn([], image.RepoDigests);
  return {
    id: image.Id,
    isNew: !before.ids.has(image.Id),
    names: [...new Set([name, ...digests])].filter((one) => !before.names.has(one)),
  };
}
