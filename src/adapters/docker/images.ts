import type { ImageInspectInfo } from 'dockerode';
import type { ImageInfo } from '../../worker/ports.js';
import type { Client } from './client.js';
import { answerOf, unless } from './errors.js';
import type { ImageConfig } from './image-configs.js';
import { digestIn, parseReference, type Reference } from './reference.js';

/** As the engine shows it: twelve digits. */
export function shortId(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 12);
}

/** The local image as the engine describes it; undefined when it is not there. */
export async function inspectImage(client: Client, reference: string): Promise<ImageInspectInfo | undefined> {
  parseReference(reference);
  try {
    return await client.call((docker) => docker.getImage(reference).inspect());
  } catch (error) {
    if (answerOf(error)?.status === 404) return undefined;
    throw error;
  }
}

export async function findImage(client: Client, reference: string): Promise<ImageInfo | undefined> {
  const image = await inspectImage(client, reference);
  if (!image) return undefined;
  const digest = digestIn(image.RepoDigests, parseReference(reference));
  return { ...infoOf(image), ...(digest === undefined ? {} : { digest }) };
}

/** What is known of an image by its id alone. */
export function infoOf(image: ImageConfig): ImageInfo {
  const config = image.Config as
    | { Healthcheck?: { Test?: readonly string[] }; WorkingDir?: string }
    | undefined;
  const test = config?.Healthcheck?.Test ?? [];
  return {
    id: image.Id,
    // `HEALTHCHECK NONE` takes an inherited one away.
    hasHealthcheck: test.length > 0 && test[0] !== 'NONE',
    workingDir: config?.WorkingDir || '/',
  };
}

/** Gives a local image this name, whatever had it before. */
export async function nameImage(client: Client, image: string, reference: Reference): Promise<void> {
  const name = { repo: reference.name, tag: reference.tag ?? 'latest' };
  await client.call((docker) => docker.getImage(image).tag(name));
}

/** Takes a name away from this image, and from no other that may have it by now. */
export async function unnameImage(client: Client, image: string, reference: string): Promise<void> {
  const named = await inspectImage(client, reference);
  if (named?.Id === image) await removeImage(client, reference);
}

/** Takes the name away, and the image with its last name. Gone already is as good. */
export async function removeImage(client: Client, reference: string): Promise<void> {
  parseReference(reference);
  await unless(
    [404],
    client.call((docker) => docker.getImage(reference).remove({ force: true })),
  );
}
