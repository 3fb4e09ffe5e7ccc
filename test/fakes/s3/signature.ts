import { createHash, createHmac } from 'node:crypto';

import type { S3Key } from './server.js';

export interface Signed {
  readonly method: string;
  /** As on the wire, without a query. */
  readonly path: string;
  /** In the order of their names. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** SHA-256 of the body, in hex. */
  readonly hash: string;
  /** `20260102T030405Z` */
  readonly time: string;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html */
export function signatureOf({ method, path, headers, hash, time }: Signed, key: S3Key): string {
  const request = [
    method,
    path,
    '',
    ...headers.map(([name, value]) => `${name}:${value.trim().replace(/ +/g, ' ')}`),
    '',
    headers.map(([name]) => name).join(';'),
    hash,
  ].join('\n');
  const day = time.slice(0, 8);
  const scope = `${day}/${key.region}/s3/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', time, scope, createHash('sha256').update(request).digest('hex')].join(
    '\n',
  );
  const secret = [day, key.region, 's3', 'aws4_request'].reduce<Buffer>(
    (secret, part) => hmac(secret, part),
    Buffer.from(`AWS4${key.secretAccessKey}`),
  );
  return hmac(secret, text).toString('hex');
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
