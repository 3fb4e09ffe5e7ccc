import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { AwsV4Signer } from 'aws4fetch';

import { type Answer, answerOf, silent } from './answer.js';

export interface S3Options {
  /** Without a slash at its end. */
  readonly endpoint: string;
  readonly bucket: string;
  /** Before every name: empty, or with a slash at its end. */
  readonly prefix: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** How often one request is tried; 5 when absent. */
  readonly tries?: number;
  /** Milliseconds before the second try, twice as many before each other one; 200 when absent. */
  readonly backoffMs?: number;
  /** Of one try, with its body; 30 s when absent. */
  readonly timeoutMs?: number;
}

export interface Asked {
  readonly method: 'GET' | 'PUT' | 'DELETE';
  readonly name: string;
  readonly body?: Uint8Array;
  readonly range?: { readonly start: number; readonly end: number };
}

const TRIES = 5;
const BACKOFF_MS = 200;
/** 8 MiB on a line of 3 Mbit/s. */
const TIMEOUT_MS = 30_000;

/**
 * Asks until there is an answer that another try would not change.
 * @throws S3Error when the last try had none
 */
export async function ask(options: S3Options, asked: Asked): Promise<Answer> {
  const { tries = TRIES, backoffMs = BACKOFF_MS } = options;
  for (let done = 1; ; done += 1) {
    try {
      const answer = await askOnce(options, asked);
      if (done >= tries || !isPassing(answer.status)) return answer;
    } catch (cause) {
      // The cause is fetch's: an address, a code of the network, and no header.
      if (done >= tries) throw silent(`${asked.method} ${asked.name}`, options.endpoint, tries, cause);
    }
    // Up to a half more: many logs that end together do not come back together.
    await sleep(backoffMs * 2 ** (done - 1) * (1 + Math.random() / 2), undefined, { ref: false });
  }
}

/** 408 and 429 say so; of a server's own trouble nobody knows how long it lasts. */
function isPassing(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

/** Signed for each try, since a signature holds the time. */
async function askOnce(options: S3Options, { method, name, body, range }: Asked): Promise<Answer> {
  const signer = new AwsV4Signer({
    service: 's3',
    region: options.region,
    accessKeyId: options.accessKeyId,
    secretAccessKey: options.secretAccessKey,
    method,
    url: `${options.endpoint}/${options.bucket}/${options.prefix}${name}`,
    headers: {
      'X-Amz-Content-Sha256': createHash('sha256')
        .update(body ?? '')
        .digest('hex'),
      ...(range && { Range: `bytes=${range.start}-${range.end - 1}` }),
    },
  });
  const { url, headers } = await signer.sign();
  const response = await fetch(url, {
    method,
    headers,
    ...(body && { body }),
    // Elsewhere the signature would not hold.
    redirect: 'manual',
    signal: AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS),
  });
  return answerOf(response);
}
