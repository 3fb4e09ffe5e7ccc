import type { RegistryAuth } from '../../pipeline/model.js';
import type { Engine, ImageInfo, ImageLedger } from '../../worker/ports.js';
import { EngineRefused } from '../../worker/ports.js';
import type { Client } from './client.js';
import { refusal } from './errors.js';
import { findImage } from './images.js';
import { type EngineMessage, failureIn, messages, progressLines } from './messages.js';
import { notedPull } from './noted-pull.js';
import { parseReference, shownAs } from './reference.js';
import { authConfig } from './registry-auth.js';

/** One pull that is under way, and all who wait for it. */
interface Flight {
  readonly landed: Promise<void>;
  readonly logs: Set<(line: string) => void>;
  readonly abort: AbortController;
}

/** Pulls; one at a time per image and credentials: without the right ones, another's pull proves nothing. */
export function puller(client: Client, ledger?: ImageLedger): Engine['pull'] {
  const flights = new Map<string, Flight>();

  const take = (reference: string, auth: RegistryAuth | undefined): Flight => {
    const key = JSON.stringify([reference, auth]);
    const present = flights.get(key);
    if (present) return present;
    const logs: Flight['logs'] = new Set();
    const abort = new AbortController();
    const tell = (line: string): void => logs.forEach((log) => log(line));
    const pull = (heard?: (message: EngineMessage) => void): Promise<void> =>
      pullNow(client, { text: reference, auth, signal: abort.signal, log: tell, heard });
    const landed = (
      ledger ? notedPull(client, ledger, shownAs(parseReference(reference)), pull) : pull()
    ).finally(() => {
      if (flights.get(key) === flight) flights.delete(key);
    });
    const flight: Flight = { landed, logs, abort };
    // The last who waits may have left.
    landed.catch(() => {});
    abort.signal.addEventListener('abort', () => flights.delete(key), { once: true });
    flights.set(key, flight);
    return flight;
  };

  return async (reference, { always, auth, signal, log }) => {
    signal.throwIfAborted();
    const local = always ? undefined : await findImage(client, reference);
    if (local) return local;
    const flight = take(reference, auth);
    // A log of its own for each who waits, or two with the same function would be one.
    const listener = (line: string): void => log(line);
    flight.logs.add(listener);
    try {
      await untilAborted(flight.landed, signal);
    } finally {
      flight.logs.delete(listener);
      if (flight.logs.size === 0) flight.abort.abort();
    }
    return pulled(client, reference);
  };
}

interface PullNow {
  readonly text: string;
  readonly auth: RegistryAuth | undefined;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
  readonly heard: ((message: EngineMessage) => void) | undefined;
}

async function pullNow(client: Client, { text, auth, signal, log, heard }: PullNow): Promise<void> {
  const reference = parseReference(text);
  const lines = progressLines(Date.now);
  try {
    const stream = await client.call(
      (docker) =>
        docker.createImage({
          authconfig: authConfig(reference.registry, auth),
          fromImage: reference.name,
          // Without one the engine would pull every tag.
          tag: reference.digest ?? reference.tag ?? 'latest',
          abortSignal: signal,
        }),
      signal,
    );
    for await (const message of messages(stream as AsyncIterable<Buffer>, signal)) {
      const failure = failureIn(message);
      if (failure !== undefined) throw new EngineRefused('image', `${text}: ${failure}`);
      heard?.(message);
      const line = lines(message);
      if (line !== undefined) log(line);
    }
  } catch (error) {
    throw refusal('image', error, text);
  }
}

async function pulled(client: Client, reference: string): Promise<ImageInfo> {
  const image = await findImage(client, reference);
  if (!image) throw new EngineRefused('image', `${reference}: pulled, but removed from the engine since`);
  return image;
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const aborted = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', aborted, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted));
  });
}
