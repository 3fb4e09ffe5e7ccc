import { createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { diskArchive } from '../../src/adapters/archive/disk.js';
import { diskBlobs } from '../../src/adapters/depot/disk.js';
import { createDifferences } from '../../src/logs/difference/differences.js';
import { createLive, type Live } from '../../src/logs/live.js';
import type { LogArchive } from '../../src/logs/ports.js';
import type { StageId, StageState } from '../../src/pipeline/model.js';
import type { Finds } from '../../src/runs/depot.js';
import { createFeed, type Feed } from '../../src/runs/feed.js';
import type { BlobStore } from '../../src/runs/ports.js';
import type { Delivery, HealthReport, WebDeps, WebhookReceiver } from '../../src/web/ports.js';
import { createWeb, type Web } from '../../src/web/server.js';
import { memoryHistory } from './history.js';
import { type MemoryRuns, memoryRuns, NOON, passed } from './runs.js';

export const WEBHOOK_PATH = '/api/github/webhooks';
export const SECRET = 'it is a secret';
export const WORKER_SECRET = 'of-the-workers';
export const SIGNING_KEY = Buffer.from('a key of thirty-two bytes, about');

export const noFinds: Finds = { cache: async () => undefined, result: async () => undefined };

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

export interface Asked {
  readonly method?: string;
  readonly headers?: http.OutgoingHttpHeaders;
  readonly body?: string | Buffer;
}

export interface Site {
  readonly url: string;
  /** All that is answered, by method and pattern. */
  readonly routes: Web['routes'];
  readonly runs: MemoryRuns;
  readonly archive: LogArchive;
  readonly feed: Feed;
  readonly live: Live;
  readonly blobs: BlobStore;
  readonly deliveries: Delivery[];
  readonly errors: { readonly fields: object; readonly message: string }[];
  health: HealthReport;
  ask(path: string, asked?: Asked): Promise<Answer>;
  /** The answer while it comes. */
  open(path: string, headers?: http.OutgoingHttpHeaders): Promise<http.IncomingMessage>;
  /** What the server says to these bytes until it closes. */
  raw(bytes: string | Buffer): Promise<string>;
  /** Appends to a log as the server does it: archive first, then the hub. */
  print(run: number, stage: StageId, text: string | Buffer): Promise<void>;
  end(run: number, stage: StageId, state?: StageState): void;
  /** Ends the live streams, as a shutdown does. */
  closeStreams(): void;
  stop(): Promise<void>;
}

/** The room behind a real server on loopback, with logs on a real disk. */
export async function startSite(change: Partial<WebDeps> = {}): Promise<Site> {
  const directory = await mkdtemp(join(tmpdir(), 'web-'));
  const runs = memoryRuns();
  const archive = change.archive ?? diskArchive(join(directory, 'logs'));
  const blobs = diskBlobs(join(directory, 'artifacts'), { now: () => NOON });
  const live = createLive();
  const feed = createFeed();
  const deliveries: Delivery[] = [];
  const errors: Site['errors'] = [];
  const offsets = new Map<string, number>();
  const web = createWeb({
    publicUrl: 'https://ci.example',
    signingKey: SIGNING_KEY,
    queries: runs,
    history: memoryHistory(runs),
    feed,
    floor: { workers: async () => [], queues: async () => [] },
    repositories: runs.repositories,
    archive,
    differences: createDifferences(archive),
    live,
    blobs,
    health: { check: async () => site.health },
    metrics: { contentType: 'text/plain; version=0.0.4; charset=utf-8', text: async () => 'up 1\n' },
    clock: { now: () => NOON, sleep: (_ms, signal) => aborted(signal) },
    logger: { error: (fields, message) => void errors.push({ fields, message }) },
    webhook: { path: WEBHOOK_PATH, receiver: receiver(deliveries) },
    signIn: undefined,
    actions: undefined,
    worker: undefined,
    ...change,
  });
  const server = http.createServer(web.listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  const open = (
    path: string,
    { method = 'GET', headers = {}, body }: Asked = {},
  ): Promise<http.IncomingMessage> =>
    new Promise((resolve, reject) => {
      const request = http.request({ port, host: '127.0.0.1', path, method, headers, agent: false }, resolve);
      request.on('error', reject);
      request.end(body);
    });

  const site: Site = {
    url: `http://127.0.0.1:${port}`,
    routes: web.routes,
    runs,
    feed,
    archive,
    live,
    blobs,
    deliveries,
    errors,
    health: { ok: true, parts: {} },
    ask: async (path, asked) => {
      const answer = await open(path, asked);
      const chunks: Buffer[] = [];
      for await (const chunk of answer) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks).toString();
      return { status: answer.statusCode ?? 0, headers: answer.headers, body };
    },
    open: (path, headers) => open(path, { ...(headers ? { headers } : {}) }),
    raw: (bytes) =>
      new Promise((resolve) => {
        const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
        const chunks: Buffer[] = [];
        socket.on('data', (chunk) => chunks.push(chunk));
        socket.on('error', () => {});
        socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
        // Half-open: what the server waits for will never come.
        setTimeout(() => socket.end(), 50);
      }),
    print: async (run, stage, text) => {
      const name = `${run}/${stage}`;
      const bytes = Buffer.from(text);
      const segment = { key: { run, stage, fence: 1 }, offset: offsets.get(name) ?? 0, bytes };
      offsets.set(name, segment.offset + bytes.length);
      await archive.append(segment);
      live.published(segment);
    },
    end: (run, stage, state = passed) => {
      runs.set(run, stage, state);
      live.stageEnded(run, stage);
      feed.changed(run);
    },
    closeStreams: () => web.close(),
    stop: async () => {
      web.close();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await rm(directory, { recursive: true, force: true });
    },
  };
  return site;
}

/** Sleeps for ever, so that no test depends on how long something takes. */
function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
}

/** What is behind the room: checks signatures for real and keeps what it took. */
function receiver(deliveries: Delivery[]): WebhookReceiver {
  return {
    receive: async (delivery) => {
      if (delivery.signature !== sign(delivery.payload)) return 'bad_signature';
      try {
        JSON.parse(delivery.payload);
      } catch {
        return 'bad_payload';
      }
      if (!deliveries.some(({ id }) => id === delivery.id)) deliveries.push(delivery);
      return 'accepted';
    },
  };
}

export function sign(payload: string | Buffer, secret = SECRET): string {
  return `sha256=${createHmac('sha256', secret).update(payload).digest('hex')}`;
}
