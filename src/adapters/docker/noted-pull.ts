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
  // Nobody waits for it before the end: should the pull be quicker, the image counts as somebody else's.
  const before = imagesNow(client);
  before.catch(() => {});
  let isNewer = false;
  let came: Brought | 'same' | 'failed' = 'failed';
  try {
    await pull((message) => {
      isNewer ||= newerIn(message) !== undefined;
    });
    came = 'same';
    if (isNewer) came = (await brought(client, name, await before)) ?? 'same';
  } finally {
    await ledger.pulled(name, came);
  }
}

/** The name of an image that came, in what the engine says at the end of a pull, a build's own too. */
export function newerIn({ status = '' }: EngineMessage): string | undefined {
  return /^Status: Downloaded newer image for (\S+)$/.exec(status)?.[1];
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
