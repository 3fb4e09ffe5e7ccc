import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { docker } from '../contract/support/images.js';
import { gitPush } from './support/push.js';
import { type ServerProcess, startServer } from './support/server.js';
import { conclusions, openWorld, type World } from './support/world.js';

let world: World;
let dir: string;
let redis: ChildProcess;
let redisUrl: string;
const workers: ServerProcess[] = [];

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'cyclone-roles-'));
  const port = await freePort();
  redisUrl = `redis://127.0.0.1:${String(port)}`;
  redis = startRedis(port);
  world = await openWorld({ REDIS_URL: redisUrl, CYCLONE_WORKER_SECRET: 'known-to-both-sides' });
}, 60_000);
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop()));
  await world.close();
  redis.kill('SIGKILL');
  await rm(dir, { recursive: true, force: true });
}, 60_000);

const startRedis = (port: number): ChildProcess =>
  spawn('redis-server', [
    ...['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--save', ''],
    ...['--appendonly', 'yes', '--appendfsync', 'always', '--maxmemory-policy', 'noeviction'],
  ]);

async function startWorker(name: string, more: Record<string, string> = {}): Promise<ServerProcess> {
  const worker = await startServer({
    CYCLONE_ROLE: 'worker',
    REDIS_URL: redisUrl,
    CYCLONE_WORKER_SECRET: 'known-to-both-sides',
    CYCLONE_SERVER_URL: world.server().url,
    CYCLONE_DATA_DIR: path.join(dir, name),
    CYCLONE_DRAIN: '2',
    HOST: '127.0.0.1',
    PORT: '0',
    ...more,
  });
  workers.push(worker);
  return worker;
}

describe('a server and workers apart', () => {
  test('a worker needs no key of the App, and carries out what the server queues', async () => {
    await world.start({ CYCLONE_ROLE: 'server' });
    const worker = await startWorker('one');
    const ready = await fetch(`${worker.url}/readyz`);
    expect(await ready.json()).toEqual({ ok: true, parts: { redis: { ok: true }, docker: { ok: true } } });
    const files = { 'caicloud.yml': 'pre_build: { image: cyclone-test/busybox:1, commands: [echo afar] }\n' };
    const sha = await gitPush(world.github, { repository: 'acme/apart', files });
    const checks = await world.concluded('acme/apart', sha);
    expect(conclusions(checks)).toMatchObject({ cyclone: 'success' });
    expect(checks.get('cyclone/pre_build')?.state.text).toContain('afar');
  }, 60_000);

  test('one with another secret gets nothing, and the job waits', async () => {
    await world.start({ CYCLONE_ROLE: 'server' });
    await startWorker('thief', { CYCLONE_WORKER_SECRET: 'guessed-by-somebody' });
    const files = { 'caicloud.yml': 'pre_build: { image: cyclone-test/busybox:1, commands: [echo afar] }\n' };
    const sha = await gitPush(world.github, { repository: 'acme/secret', files });
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(world.github.checkRuns('acme/secret', sha).map(({ state }) => state.status)).toEqual([
      'queued',
      'queued',
    ]);
    await workers.splice(0)[0]?.stop();
    await startWorker('one');
    expect(conclusions(await world.concluded('acme/secret', sha))).toMatchObject({ cyclone: 'success' });
  }, 60_000);

  test('a worker that is killed is replaced by another within seconds', async () => {
    await world.start({ CYCLONE_ROLE: 'server' });
    const first = await startWorker('first');
    const commands = '[echo began, "[ $CYCLONE_RUN = 1 ] && sleep 6", echo over]';
    const files = { 'caicloud.yml': `pre_build: { image: cyclone-test/busybox:1, commands: ${commands} }\n` };
    const sha = await gitPush(world.github, { repository: 'acme/killed', files });
    await world.github.waitFor(() =>
      world.github
        .checkRuns('acme/killed', sha)
        .some(({ state }) => state.name !== 'cyclone' && state.status === 'in_progress'),
    );
    await startWorker('second');
    await first.kill();
    const checks = await world.concluded('acme/killed', sha);
    expect(conclusions(checks)).toMatchObject({ cyclone: 'success' });
    // What the first had started is gone, although nobody started again on its data directory.
    const worker = await readFile(path.join(dir, 'first', 'worker-id'), 'utf8');
    const filters = { label: [`cyclone.worker=${worker.trim()}`] };
    expect(await docker().listContainers({ all: true, filters })).toEqual([]);
    expect(await docker().listNetworks({ filters })).toEqual([]);
  }, 90_000);
});

test('Redis away: webhooks get 503, /readyz tells, and what was queued is there when it is back', async () => {
  await world.start();
  const port = Number(new URL(redisUrl).port);
  const slow = {
    'caicloud.yml': 'pre_build: { image: cyclone-test/busybox:1, commands: [sleep 5, echo over] }\n',
  };
  const sha = await gitPush(world.github, { repository: 'acme/redis', files: slow });
  await world.github.waitFor(() =>
    world.github
      .checkRuns('acme/redis', sha)
      .some(({ state }) => state.name !== 'cyclone' && state.status === 'in_progress'),
  );
  redis.kill('SIGKILL');
  const lost = await gitPush(world.github, { repository: 'acme/other', files: slow });
  const delivery = await world.github.waitFor(() =>
    world.github.deliveries.all('push').find((one) => one.request.body.includes(lost) && one.response),
  );
  expect(delivery.response).toMatchObject({ statusCode: 503 });
  const ready = await fetch(`${world.server().url}/readyz`);
  expect(ready.status).toBe(503);
  expect(((await ready.json()) as { parts: { redis: { ok: boolean } } }).parts.redis.ok).toBe(false);
  redis = startRedis(port);
  expect(conclusions(await world.concluded('acme/redis', sha))).toMatchObject({ cyclone: 'success' });
  // GitHub does not try again by itself: at its next start the server asks for what it missed.
  expect(await world.server().stop()).toBe(0);
  await world.start();
  expect(conclusions(await world.concluded('acme/other', lost))).toMatchObject({ cyclone: 'success' });
}, 120_000);

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
