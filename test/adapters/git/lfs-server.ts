import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

const MEDIA = 'application/vnd.git-lfs+json';

/** What a commit holds in the place of a large file: https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md */
export function pointerTo(content: string): string {
  return `version https://git-lfs.github.com/spec/v1\noid sha256:${oidOf(content)}\nsize ${Buffer.byteLength(content)}\n`;
}

export interface LargeFiles {
  /** Answers what is of LFS below any repository. */
  readonly answer: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** Every batch and download, as `batch 2` and `GET <oid>`. */
  readonly asked: string[];
  /** What was wrong with requests; empty when all was well. */
  readonly faults: string[];
  /** Where objects are; default: the same server. */
  storeAt: string | undefined;
  /** Batches are answered with 500. */
  broken: boolean;
}

/** The batch API and the downloads of an LFS server: https://github.com/git-lfs/git-lfs/blob/main/docs/api/batch.md */
export function largeFiles(...contents: readonly string[]): LargeFiles {
  const store = new Map(contents.map((content) => [oidOf(content), content]));
  const server: LargeFiles = {
    asked: [],
    faults: [],
    storeAt: undefined,
    broken: false,
    answer(request, response) {
      const url = request.url ?? '';
      if (/^\/[\w./-]+\.git\/info\/lfs\/objects\/batch$/.test(url)) {
        void bodyOf(request).then((body) => batch(server, store, request, body, response));
        return true;
      }
      const [, oid] = /^\/objects-of-lfs\/([0-9a-f]{64})$/.exec(url) ?? [];
      if (oid === undefined) return false;
      server.asked.push(`GET ${oid}`);
      response.end(store.get(oid));
      return true;
    },
  };
  return server;
}

function batch(
  server: LargeFiles,
  store: ReadonlyMap<string, string>,
  request: IncomingMessage,
  body: string,
  response: ServerResponse,
): void {
  const { method, headers } = request;
  if (method !== 'POST') server.faults.push(`${method ?? ''} is no way to ask for a batch`);
  if (!headers.accept?.startsWith(MEDIA)) server.faults.push(`accept: ${headers.accept ?? ''}`);
  if (!headers['content-type']?.startsWith(MEDIA))
    server.faults.push(`type: ${headers['content-type'] ?? ''}`);
  const { operation, objects } = JSON.parse(body) as {
    operation: string;
    objects: { oid: string; size: number }[];
  };
  if (operation !== 'download') server.faults.push(`operation ${operation}`);
  server.asked.push(`batch ${objects.length}`);
  if (server.broken) {
    response.writeHead(500, { 'content-type': MEDIA }).end('{"message":"out of order"}');
    return;
  }
  const base = server.storeAt ?? `http://${headers.host ?? ''}`;
  const answers = objects.map(({ oid, size }) =>
    store.has(oid)
      ? { oid, size, actions: { download: { href: `${base}/objects-of-lfs/${oid}` } } }
      : { oid, size, error: { code: 404, message: 'no such object' } },
  );
  response
    .writeHead(200, { 'content-type': MEDIA })
    .end(JSON.stringify({ transfer: 'basic', objects: answers }));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}

function oidOf(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}
