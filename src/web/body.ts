import type { ZodType, z } from 'zod';

/**
 * The body of a request, byte for byte.
 * @returns undefined when it is larger than `limit` bytes; no more than that is ever kept
 */
export async function readBody(request: Request, limit: number): Promise<Buffer | undefined> {
  if (Number(request.headers.get('content-length') ?? 0) > limit) return undefined;
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = request.body?.getReader();
  // The reader is not cancelled when it is too much: that would cut the connection before the answer.
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true };
    if (done || !value) return Buffer.concat(chunks);
    size += value.length;
    if (size > limit) return undefined;
    chunks.push(value);
  }
}

export function isJson(contentType: string | undefined): boolean {
  return /^application\/json\s*(;|$)/i.test(contentType ?? '');
}

export type ReadJson<T> =
  | { readonly ok: true; readonly value: T }
  /** What to answer; without a message it has another shape. */
  | {
      readonly ok: false;
      readonly status: 400 | 413 | 415;
      readonly message?: string;
      /** It is JSON, and these of its fields are wrong. */
      readonly issues?: readonly z.core.$ZodIssue[];
    };

/** A JSON body of that shape, of at most `limit` bytes. */
export async function readJson<T>(request: Request, shape: ZodType<T>, limit: number): Promise<ReadJson<T>> {
  if (!isJson(request.headers.get('content-type') ?? undefined)) {
    return { ok: false, status: 415, message: 'Send application/json' };
  }
  const body = await readBody(request, limit);
  if (!body) return { ok: false, status: 413, message: 'The body is too large' };
  const json = parseJson(body);
  if (json === undefined) return { ok: false, status: 400 };
  const read = shape.safeParse(json);
  return read.success
    ? { ok: true, value: read.data }
    : { ok: false, status: 400, issues: read.error.issues };
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
