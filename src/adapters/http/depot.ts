import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Blob } from '../../pipeline/model.js';
import { type Depot, DepotUnavailable, type FoundCache, type FoundResult } from '../../worker/ports.js';
import { type Asked, ConnectionFailed, request } from './request.js';

/** Answers that are not blobs are far smaller; a proxy's page of an error need not be. */
const LARGEST_ANSWER = 1024 ** 2;

/** A server that is restarted is back by then. */
const PATIENCE_MS = 30_000;
const PAUSE_MS = 500;

export interface HttpDepotOptions {
  /** For a server to be back, before anything is given up. */
  readonly patienceMs?: number;
}

/** The depot of a server on another machine. What breaks in the middle of a blob is not tried again. */
export function httpDepot(
  serverUrl: string,
  secret: string,
  { patienceMs = PATIENCE_MS }: HttpDepotOptions = {},
): Depot {
  const ask = (path: string, { headers, ...asked }: Ask): Promise<IncomingMessage> =>
    request({
      ...asked,
      url: `${serverUrl}/internal/depot/${path}`,
      headers: { authorization: `Bearer ${secret}`, ...headers },
    });
  const askPatiently = (path: string, asked: Ask): Promise<IncomingMessage> =>
    patiently(() => ask(path, asked), Math.ceil(patienceMs / PAUSE_MS), asked.signal).catch(inWords);
  const find = async (path: string, wanted: object, signal: AbortSignal): Promise<unknown> => {
    const headers = { 'content-type': 'application/json' };
    const answer = await askPatiently(path, {
      method: 'POST',
      headers,
      body: JSON.stringify(wanted),
      signal,
    });
    return answer.statusCode === 204 ? nothing(answer) : await json(answer, signal);
  };
  return {
    async put(content, signal) {
      // A source can be read once: it is not begun before somebody is there to take it.
      const there = await askPatiently('blobs/none', { method: 'GET', signal });
      if (there.statusCode === 404) nothing(there);
      else await json(there, signal);
      const answer = await ask('blobs', { method: 'PUT', body: content, signal }).catch(inWords);
      return (await json(answer, signal)) as Blob;
    },
    async get(digest, signal) {
      const answer = await askPatiently(`blobs/${encodeURIComponent(digest)}`, { method: 'GET', signal });
      if (answer.statusCode === 404) return nothing(answer);
      if (answer.statusCode !== 200) await json(answer, signal);
      return bytesOf(answer, signal);
    },
    findCache: async (run, wanted, signal) =>
      (await find('cache', { run, ...wanted }, signal)) as FoundCache | undefined,
    findResult: async (run, address, signal) =>
      (await find('result', { run, address }, signal)) as FoundResult | undefined,
  };
}

type Ask = Pick<Asked, 'method' | 'signal'> & Partial<Asked>;

async function patiently<T>(attempt: () => Promise<T>, pauses: number, signal: AbortSignal): Promise<T> {
  for (let left = pauses; ; left -= 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof ConnectionFailed) || left <= 0) throw error;
    }
    await sleep(PAUSE_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

function inWords(error: unknown): never {
  throw error instanceof ConnectionFailed
    ? unavailable(`the server is away: ${error.message}`, error)
    : error;
}

/** @throws DepotUnavailable with the server's words when the answer is no success */
async function json(answer: IncomingMessage, signal: AbortSignal): Promise<unknown> {
  const text = await textOf(answer, signal);
  const { statusCode: status = 0 } = answer;
  const said = parsed(text);
  if (status >= 200 && status < 300 && said !== undefined) return said;
  const words = isMessage(said) ? said.message : `it answered ${String(status)}`;
  throw unavailable(`the server gives nothing: ${words}`);
}

async function textOf(answer: IncomingMessage, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of bytesOf(answer, signal)) {
    size += chunk.length;
    if (size > LARGEST_ANSWER) break;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function* bytesOf(answer: IncomingMessage, signal: AbortSignal): AsyncGenerator<Buffer, void> {
  try {
    yield* answer as AsyncIterable<Buffer>;
  } catch (cause) {
    signal.throwIfAborted();
    throw unavailable(`the server broke off: ${(cause as Error).message}`, cause);
  }
}

function nothing(answer: IncomingMessage): undefined {
  answer.resume();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isMessage(said: unknown): said is { readonly message: string } {
  return typeof said === 'object' && said !== null && 'message' in said && typeof said.message === 'string';
}

function unavailable(message: string, cause?: unknown): DepotUnavailable {
  return new DepotUnavailable(message, { cause });
}
