import type { RegistryAuth } from '../../pipeline/model.js';
import type { Engine } from '../../worker/ports.js';
import { EngineRefused } from '../../worker/ports.js';
import type { Client } from './client.js';
import { answerOf, refusal } from './errors.js';
import { inspectImage, nameImage, unnameImage } from './images.js';
import { failureIn, messages, progressLines } from './messages.js';
import { digestIn, parseReference, type Reference } from './reference.js';
import { authConfig } from './registry-auth.js';
import { createTurns } from './turns.js';

/** The engine pushes by name only: for the time of its push a name is one image's. */
export function pusher(client: Client): Engine['push'] {
  const turns = createTurns();
  return (image, text, options) => {
    const reference = parseReference(text);
    return turns(`${reference.name}:${reference.tag ?? 'latest'}`, async () => {
      options.signal.throwIfAborted();
      await nameImage(client, image, reference).catch((error: unknown) => {
        throw refusal('publish', error, text);
      });
      try {
        const digest = await pushNamed(client, text, reference, options);
        await proveOwn(client, image, text, digest);
        return { digest };
      } catch (error) {
        // What the registry does not have shall not go by its name here. Why it failed matters more.
        await unnameImage(client, image, text).catch(() => {});
        throw error;
      }
    });
  };
}

async function pushNamed(
  client: Client,
  text: string,
  reference: Reference,
  { auth, signal, log }: Parameters<Engine['push']>[2],
): Promise<string> {
  const lines = progressLines(Date.now);
  let digest: string | undefined;
  try {
    const stream = await client.call(
      (docker) =>
        docker.getImage(reference.name).push({
          tag: reference.tag ?? 'latest',
          authconfig: authConfig(reference.registry, auth),
          abortSignal: signal,
        }),
      signal,
    );
    for await (const message of messages(stream as AsyncIterable<Buffer>, signal)) {
      const failure = failureIn(message);
      if (failure !== undefined) throw new EngineRefused('publish', `${text}: ${failure}`);
      digest = message.aux?.Digest ?? digest;
      const line = lines(message);
      if (line !== undefined) log(line);
    }
  } catch (error) {
    throw refusal('publish', error, text);
  }
  // Only what the registry acknowledged counts; a local digest may be of an older push.
  if (digest === undefined) throw new EngineRefused('publish', `${text}: the registry gave no digest`);
  return digest;
}

/** Another process on this engine may have moved the name before the engine looked it up. */
async function proveOwn(client: Client, image: string, text: string, digest: string): Promise<void> {
  const own = await digestsOf(client, image, parseReference(text));
  if (own.includes(digest)) return;
  throw new EngineRefused(
    'publish',
    `${text}: the registry has ${digest}, which is not the image of this run: something else on this machine gave the name to another image meanwhile`,
  );
}

/** The digest that the tag has in the registry, when it is one of the image's own. */
export async function published(
  client: Client,
  { image, reference: text, auth }: { image: string; reference: string; auth: RegistryAuth | undefined },
): Promise<string | undefined> {
  const reference = parseReference(text);
  const own = await digestsOf(client, image, reference);
  if (own.length === 0) return undefined;
  try {
    const remote = await client.call((docker) =>
      docker
        .getImage(`${reference.name}:${reference.tag ?? 'latest'}`)
        .distribution({ authconfig: authConfig(reference.registry, auth) as never }),
    );
    return own.find((digest) => digest === remote.Descriptor.digest);
  } catch (error) {
    if (answerOf(error)?.status === 404) return undefined;
    throw refusal('publish', error, text);
  }
}

/** Under which a repository's registry is known to have had a local image. */
async function digestsOf(client: Client, image: string, { name, registry }: Reference): Promise<string[]> {
  const local = await inspectImage(client, image);
  return (local?.RepoDigests ?? []).flatMap((entry) => digestIn([entry], { name, registry }) ?? []);
}
