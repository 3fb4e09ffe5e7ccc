import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { type ExportRequest, exportRequest } from './otlp-schema.js';

/** What to do with a request instead of taking it. */
export type Trouble =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** It takes all but so many spans. */
  | { readonly rejected: number }
  | 'no answer'
  | 'hang up';

export interface CollectedSpan {
  readonly traceId: string;
  readonly id: string;
  readonly parent: string | undefined;
  readonly name: string;
  readonly kind: number;
  /** nanoseconds since the epoch */
  readonly begin: bigint;
  readonly end: bigint;
  readonly attributes: Readonly<Record<string, string>>;
  readonly resource: Readonly<Record<string, string>>;
  readonly status: { readonly code?: number | undefined; readonly message?: string | undefined };
}

/** A collector of traces by OTLP over HTTP, that takes nothing but what the protocol says. */
export interface Collector {
  readonly url: string;
  /** All that it took, in the order of arrival. */
  readonly spans: readonly CollectedSpan[];
  /** Of every request, also of those that it did not take. */
  readonly requests: readonly { readonly at: number; readonly headers: IncomingMessage['headers'] }[];
  /** What was wrong with requests. */
  readonly complaints: readonly string[];
  /** For the next requests; taken from the front. */
  readonly troubles: Trouble[];
  /** Resolves when it is true; looked at after each request. */
  until(isTrue: () => boolean): Promise<void>;
  close(): Promise<void>;
}

export async function startCollector(): Promise<Collector> {
  const spans: CollectedSpan[] = [];
  const requests: { at: number; headers: IncomingMessage['headers'] }[] = [];
  const complaints: string[] = [];
  const troubles: Trouble[] = [];
  let watchers: (() => void)[] = [];

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request);
    requests.push({ at: performance.now(), headers: request.headers });
    const trouble = troubles.shift();
    if (trouble === 'hang up') return void response.destroy();
    if (trouble === 'no answer') return;
    if (trouble && 'status' in trouble) return void response.writeHead(trouble.status, trouble.headers).end();
    const taken = read(request, body);
    if (typeof taken === 'string') {
      complaints.push(taken);
      response.writeHead(400).end(taken);
      return;
    }
    spans.push(...spansOf(taken));
    const rejected = trouble && { partialSuccess: { rejectedSpans: String(trouble.rejected) } };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(rejected ?? {}));
  };
  const server = createServer((request, response) => {
    void answer(request, response).finally(() => {
      for (const look of watchers) look();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    requests,
    complaints,
    troubles,
    until: (isTrue) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!isTrue()) return;
          watchers = watchers.filter((other) => other !== look);
          resolve();
        };
        watchers.push(look);
        look();
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  const body = Buffer.concat(pieces);
  return request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
}

/** A string says what is wrong. */
function read({ method, url, headers }: IncomingMessage, body: Buffer): ExportRequest | string {
  if (method !== 'POST' || url !== '/v1/traces') return `${method} ${url} is nothing here`;
  if (headers['content-type'] !== 'application/json') return `${headers['content-type']} is not JSON`;
  const parsed = exportRequest.safeParse(JSON.parse(body.toString()));
  return parsed.success ? parsed.data : parsed.error.message;
}

function spansOf({ resourceSpans }: ExportRequest): readonly CollectedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        traceId: span.traceId,
        id: span.spanId,
        parent: span.parentSpanId,
        name: span.name,
        kind: span.kind,
        begin: BigInt(span.startTimeUnixNano),
        end: BigInt(span.endTimeUnixNano),
        attributes: recordOf(span.attributes ?? []),
        resource: recordOf(resource.attributes),
        status: span.status ?? {},
      })),
    ),
  );
}

type KeyValues = NonNullable<ExportRequest['resourceSpans'][number]['resource']['attributes']>;

function recordOf(attributes: KeyValues): Readonly<Record<string, string>> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, String(Object.values(value)[0])]));
}
