import type { ImageInspectInfo } from 'dockerode';
import type { Client } from './client.js';

/** What an image is made to be: the same as long as there is an image of that id. */
export type ImageConfig = Pick<ImageInspectInfo, 'Id' | 'Config'>;

/** @param reference a name may be another image's by now: only for an id is nobody asked twice */
export type ImageConfigs = (reference: string) => Promise<ImageConfig>;

/** A stage has a handful of images, a busy worker some hundred; each is a few KiB. */
const REMEMBERED = 256;

/** Asks the engine once for each image: while it starts containers, an answer takes it 20 to 200 ms. */
export function imageConfigs(client: Client): ImageConfigs {
  const known = new Map<string, ImageConfig>();

  return async (reference) => {
    const found = known.get(reference);
    const image = found ?? (await ask(client, reference));
    // What is used last goes last.
    known.delete(image.Id);
    known.set(image.Id, image);
    const [oldest] = known.keys();
    if (known.size > REMEMBERED && oldest !== undefined) known.delete(oldest);
    return image;
  };
}

async function ask(client: Client, reference: string): Promise<ImageConfig> {
  const { Id, Config } = await client.call((docker) => docker.getImage(reference).inspect());
  return { Id, Config };
}
