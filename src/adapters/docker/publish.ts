import type { RegistryAuth } from '../../pipeline/model.js';
import type { Engine } from '../../worker/ports.js';
import { EngineRefused } from '../../worker/ports.js';
import type { Client } from './client.js';
import { answerOf, refusal } from './errors.js';
import { inspectImage } from './images.js';
import { failureIn, messages, progressLines } from './messages.js';
import { digestIn, parseReference } from './reference.js';
import { authConfig } from './registry-auth.js';

export function pusher(client: Client): Engine['push'] {
  return async (text, { auth, signal, log }) => {
    const reference = parseReference(text);
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
    return { digest };
  };
}

/** The digest that the tag has in the registry, when it is one of the local image's own. */
export async function published(
  client: Client,
  text: string,
  auth: RegistryAuth | undefined,
): Promise<string | undefined> {
  const reference = parseReference(text);
  const local = await inspectImage(client, text);
  const known = (local?.RepoDigests ?? []).filter(
    (entry) => digestIn([entry], { name: reference.name, registry: reference.registry }) !== undefined,
  );
  if (known.length === 0) return undefined;
  try {
    const remote = await client.call((docker) =>
      docker
        .getImage(`${reference.name}:${reference.tag ?? 'latest'}`)
        .distribution({ authconfig: authConfig(reference.registry, auth) as never }),
    );
    const { digest } = remote.Descriptor;
    return known.some((entry) => entry.endsWith(`@${digest}`)) ? digest : undefined;
  } catch (error) {
    if (answerOf(error)?.status === 404) return undefined;
    throw refusal('publish', error, text);
  }
}
