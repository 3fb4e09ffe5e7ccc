import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { ExportTraceServiceRequest } from './otlp.js';

export interface Endpoint {
  /** Whole, with its path. */
  readonly url: string;
  /** They may hold a key: none of them is ever logged. */
  readonly headers: Readonly<Record<string, string>>;
  /** Of one request, with its answer. */
  readonly timeoutMs: number;
  readonly gzip: boolean;
}

export type Posted =
  /** `rejected`: so many spans were not taken, and never will be. */
  | { readonly kind: 'taken'; readonly rejected: number }
  /** Not before `afterMs`, where that was said. */
  | { readonly kind: 'later'; readonly why: string; readonly afterMs?: number }
  | { readonly kind: 'refused'; readonly why: string };

const compressed = promisify(gzip);

/** More of an answer than this is not looked at. */
const MOST_ANSWER = 64 * 1024;

/** One request. @throws the signal's reason */
export async function post(
  { url, headers, timeoutMs, gzip: isPacked }: Endpoint,
  request: ExportTraceServiceRequest,
  signal: AbortSignal,
): Promise<Posted> {
  const json = Buffer.from(JSON.stringify(request));
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        ...headers,
        'content-type': 'application/json',
        ...(isPacked && { 'content-encoding': 'gzip' }),
      },
      body: isPacked ? await compressed(json) : json,
      // Where it leads is none of those whom the headers are for.
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    return answerOf(response, await beginningOf(response));
  } catch (error) {
    signal.throwIfAborted();
    return { kind: 'later', why: wordsOf(error) };
  }
}

/** Which answers are worth another try: https://opentelemetry.io/docs/specs/otlp/#failures-1 */
function answerOf({ status, headers }: Response, body: string): Posted {
  if (status >= 200 && status < 300) return { kind: 'taken', rejected: rejectedOf(body) };
  const why = `it answered ${status}`;
  if (![429, 502, 503, 504].includes(status)) return { kind: 'refused', why };
  const afterMs = retryAfter(headers.get('retry-after'));
  return { kind: 'later', why, ...(afterMs !== undefined && { afterMs }) };
}

async function beginningOf({ body }: Response): Promise<string> {
  let read = Buffer.alloc(0);
  for await (const chunk of body ?? []) {
    read = Buffer.concat([read, chunk]);
    if (read.length > MOST_ANSWER) break;
  }
  return read.toString();
}

/** https://opentelemetry.io/docs/specs/otlp/#partial-success-1: a 64-bit number, as text or not. */
function rejectedOf(body: string): number {
  try {
    const { partialSuccess } = JSON.parse(body) as { partialSuccess?: { rejectedSpans?: string | number } };
    return Math.max(0, Number(partialSuccess?.rejectedSpans ?? 0)) || 0;
  } catch {
    return 0;
  }
}

/** Seconds or a date: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after */
function retryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

/** Without the address, which may hold a key: the network's own code. */
function wordsOf(error: unknown): string {
  const { name, cause } = error as { readonly name?: string; readonly cause?: NodeJS.ErrnoException };
  if (name === 'TimeoutError') return 'it did not answer in time';
  return cause?.code === undefined ? 'it cannot be reached' : `it cannot be reached: ${cause.code}`;
}
