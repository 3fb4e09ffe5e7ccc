import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { signatureOf } from './signature.js';

export interface S3Key {
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface FakeS3 extends S3Key {
  readonly endpoint: string;
  readonly bucket: string;
  /** By their whole names. */
  readonly objects: ReadonlyMap<string, Buffer>;
  /** `PUT a/b`, in order, also those that failed. */
  readonly requests: readonly string[];
  /** What to do with the next requests instead of an answer; taken from the front. */
  readonly troubles: Trouble[];
  /** For every request from now on, until undefined again. */
  always: Trouble | undefined;
  /** Refuses to take objects whose names end so. */
  refusing: string | undefined;
  stop(): Promise<void>;
}

export type Trouble =
  | { readonly status: number; readonly code: string }
  | 'hang up'
  | 'half an answer'
  | 'no answer';

const BUCKET = 'logs';
/** S3 refuses what is signed for a time farther away. */
const SKEW_MS = 15 * 60_000;

/** S3 as far as the protocol goes: one bucket, every signature and every hash of a body is computed here and compared. */
export async function startS3(
  key: S3Key = { region: 'eu-north-1', accessKeyId: 'AKIAFAKE', secretAccessKey: 'a/secret+of=mine' },
): Promise<FakeS3> {
  const objects = new Map<string, Buffer>();
  const requests: string[] = [];
  const server = createServer((request, response) => {
    void answer(request, response);
  });

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request);
    const { method = '', url = '' } = request;
    const [, bucket, name = ''] = /^\/([^/]+)\/(.+)$/.exec(decodeURIComponent(url)) ?? [];
    requests.push(`${method} ${name}`);
    const trouble = fake.troubles.shift() ?? fake.always;
    if (trouble === 'no answer') return;
    if (trouble === 'hang up') return void request.socket.destroy();
    if (trouble === 'half an answer') {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('half');
      setImmediate(() => request.socket.destroy());
      return;
    }
    if (trouble) return refuse(response, trouble.status, trouble.code);
    const wrong = wrongIn(request, body, key);
    if (wrong) return refuse(response, 403, wrong);
    if (method === 'PUT' && fake.refusing !== undefined && name.endsWith(fake.refusing))
      return refuse(response, 403, 'AccessDenied');
    if (bucket !== BUCKET) return refuse(response, 404, 'NoSuchBucket');
    serve(method, name, body, request.headers.range, response);
  };

  const serve = (
    method: string,
    name: string,
    body: Buffer,
    range: string | undefined,
    response: ServerResponse,
  ): void => {
    if (method === 'PUT') {
      objects.set(name, body);
      response.writeHead(200).end();
    } else if (method === 'DELETE') {
      objects.delete(name);
      response.writeHead(204).end();
    } else {
      const found = objects.get(name);
      const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
      if (!found) refuse(response, 404, 'NoSuchKey');
      else if (from === undefined || to === undefined || Number(to) < Number(from))
        response.writeHead(200).end(found);
      else if (Number(from) >= found.length) refuse(response, 416, 'InvalidRange');
      else response.writeHead(206).end(found.subarray(Number(from), Number(to) + 1));
    }
  };

  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const fake: FakeS3 = {
    ...key,
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bucket: BUCKET,
    objects,
    requests,
    troubles: [],
    always: undefined,
    refusing: undefined,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return fake;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

/** In S3's words; undefined: nothing is. */
function wrongIn(request: IncomingMessage, body: Buffer, key: S3Key): string | undefined {
  const header = (name: string): string => String(request.headers[name] ?? '');
  const [, time] = /^(\d{8}T\d{6}Z)$/.exec(header('x-amz-date')) ?? [];
  if (time === undefined) return 'AccessDenied';
  const at = Date.parse(time.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (!(Math.abs(at - Date.now()) < SKEW_MS)) return 'RequestTimeTooSkewed';
  if (header('x-amz-content-sha256') !== createHash('sha256').update(body).digest('hex'))
    return 'XAmzContentSHA256Mismatch';
  const stated = request.headers['content-length'];
  if (request.method === 'PUT' && Number(stated) !== body.length) return 'MissingContentLength';
  const [, credential = '', signed = '', signature] =
    /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      header('authorization'),
    ) ?? [];
  if (!credential.startsWith(`${key.accessKeyId}/`)) return 'InvalidAccessKeyId';
  const names = signed.split(';');
  if (!['host', 'x-amz-content-sha256', 'x-amz-date'].every((name) => names.includes(name)))
    return 'AccessDenied';
  const expected = signatureOf(
    {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: names.map((name) => [name, header(name)]),
      hash: header('x-amz-content-sha256'),
      time,
    },
    key,
  );
  return signature === expected ? undefined : 'SignatureDoesNotMatch';
}

function refuse(response: ServerResponse, status: number, code: string): void {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>no</Message></Error>`;
  response.writeHead(status, { 'content-type': 'application/xml' }).end(body);
}
