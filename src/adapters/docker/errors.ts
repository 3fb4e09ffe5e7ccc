import { isNativeError } from 'node:util/types';
import { EngineRefused, EngineUnavailable } from '../../worker/ports.js';

/** The engine answered, and the answer is no. `words` are its own, trimmed. */
export interface EngineAnswer {
  readonly status: number;
  readonly words: string;
}

/** What the engine answered, when `error` is an answer: dockerode puts the status and the body on the error. */
export function answerOf(error: unknown): EngineAnswer | undefined {
  if (!isNativeError(error) || !('statusCode' in error) || typeof error.statusCode !== 'number') return;
  const body = 'json' in error ? error.json : undefined;
  const words = typeof body === 'object' && body !== null && 'message' in body ? body.message : undefined;
  const said = typeof words === 'string' && words.length > 0 ? words : withoutHead(error, error.statusCode);
  return { status: error.statusCode, words: said.trim() };
}

/**
 * Where a stream was asked for, dockerode gives no body: its message is all, behind a head of the status and of
 * what dockerode makes of it (https://github.com/apocas/docker-modem/blob/master/lib/modem.js, buildPayload).
 */
function withoutHead(error: Error, status: number): string {
  const reason = 'reason' in error && typeof error.reason === 'string' ? error.reason : 'unexpected';
  const head = `(HTTP code ${status}) ${reason} - `;
  return error.message.startsWith(head) ? error.message.slice(head.length) : error.message;
}

/**
 * Awaits something that was asked of the engine.
 * Errors of the connection (they carry a system code: ECONNREFUSED, ECONNRESET, …) become EngineUnavailable,
 * an abort becomes the signal's reason; answers of the engine and everything else pass.
 */
export async function reach<T>(asked: Promise<T>, signal?: AbortSignal): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    throw lost(error, signal);
  }
}

/** The same for a stream, to its end; a reader that stops early closes the stream. */
export async function* reachStream<T>(stream: AsyncIterable<T>, signal?: AbortSignal): AsyncGenerator<T> {
  try {
    yield* stream;
  } catch (error) {
    throw lost(error, signal);
  }
}

/** Turns an answer into a refusal that the stage fails with; what is no answer passes. */
export function refusal(code: EngineRefused['code'], error: unknown, what?: string): unknown {
  const answer = answerOf(error);
  if (!answer) return error;
  const words = what === undefined ? answer.words : `${what}: ${answer.words}`;
  return new EngineRefused(code, words, { cause: error });
}

/** Awaits; an answer with one of these states is as good as done (gone already, not running, …). */
export async function unless(states: readonly number[], asked: Promise<unknown>): Promise<void> {
  try {
    await asked;
  } catch (error) {
    if (!states.includes(answerOf(error)?.status ?? 0)) throw error;
  }
}

function lost(error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) return signal.reason;
  if (error instanceof EngineUnavailable || error instanceof EngineRefused) return error;
  if (!isNativeError(error) || answerOf(error)) return error;
  if (!('code' in error) || typeof error.code !== 'string' || error.code === 'ABORT_ERR') return error;
  return new EngineUnavailable(`The engine cannot be reached: ${error.message}`, { cause: error });
}
