import http from 'node:http';
import https from 'node:https';
import { pipeline } from 'node:stream';

/** Nothing moves on the connection: the other side is gone. */
const IDLE_MS = 300_000;

export interface Asked {
  readonly url: string;
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly headers: Readonly<Record<string, string>>;
  /** Read as fast as the server takes it; what it throws is what the request fails with. */
  readonly body?: AsyncIterable<Buffer> | string;
  readonly signal: AbortSignal;
}

/**
 * The beginning of the answer, which may come before the end of the body. Not `fetch`: that gives up when no answer
 * has begun within 300 s, also while a body is still on its way.
 * @throws ConnectionFailed, what `body` throws, or the signal's reason
 */
export function request(asked: Asked): Promise<http.IncomingMessage> {
  const { url, method, headers, body, signal } = asked;
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    let broken: { readonly error: unknown } | undefined;
    const failed = (error: Error): void => {
      if (signal.aborted) reject(signal.reason as Error);
      else reject(broken === undefined ? new ConnectionFailed(error) : (broken.error as Error));
    };
    const { request: open } = url.startsWith('https:') ? https : http;
    const sending = open(url, { method, headers, signal });
    sending.setTimeout(IDLE_MS, () => sending.destroy(new Error('nothing moves any more')));
    sending.on('response', (answer) => {
      // With the answer all is said: of a body that is refused the rest is not sent.
      answer.once('close', () => {
        if (!sending.writableFinished) sending.destroy();
      });
      resolve(answer);
    });
    sending.on('error', failed);
    if (body === undefined || typeof body === 'string') {
      sending.end(body);
      return;
    }
    const watched = async function* (): AsyncGenerator<Buffer, void> {
      try {
        yield* body;
      } catch (error) {
        broken = { error };
        throw error;
      }
    };
    pipeline(watched, sending, (error) => {
      if (error) failed(error);
    });
  });
}

/** No answer came. */
export class ConnectionFailed extends Error {
  override readonly name = 'ConnectionFailed';
  constructor(cause: Error) {
    const { code } = cause as NodeJS.ErrnoException;
    super(cause.message === '' ? (code ?? 'no connection') : cause.message, { cause });
  }
}
