import { generateKeyPairSync } from 'node:crypto';
import { accessSync, constants } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { docker } from '../contract/support/images.js';
import { redisImage } from '../contract/support/redis-image.js';
import { runServer, type ServerProcess, startServer } from './support/server.js';

let removeImage: () => Promise<void>;
let dir: string;
const servers: ServerProcess[] = [];

beforeAll(async () => {
  removeImage = await redisImage();
}, 60_000);
afterAll(() => removeImage());
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'cyclone-e2e-'));
  await mkdir(path.join(dir, 'bin'));
  // A PATH with all that Cyclone starts, but for redis-server.
  for (const name of ['git', 'iptables', 'ip6tables']) {
    const file = find(name);
    if (file !== undefined) await symlink(file, path.join(dir, 'bin', name));
  }
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  await Promise.all((await containers()).map(({ Id }) => docker().getContainer(Id).remove({ force: true })));
  await rm(dir, { recursive: true, force: true });
}, 30_000);

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
});

const environment = (): Record<string, string> => ({
  PATH: path.join(dir, 'bin'),
  APP_ID: '1',
  PRIVATE_KEY: privateKey,
  WEBHOOK_SECRET: 's',
  GHE_HOST: '127.0.0.1:1',
  GHE_PROTOCOL: 'http',
  HOST: '127.0.0.1',
  PORT: '0',
  CYCLONE_DATA_DIR: path.join(dir, 'data'),
});

async function start(): Promise<ServerProcess> {
  const server = await startServer(environment());
  servers.push(server);
  return server;
}

const socket = (): string => path.join(dir, 'data', 'redis', 'redis.sock');

/** Our Redis on the engine: running, or left behind. */
const containers = () =>
  docker().listContainers({
    all: true,
    filters: { label: [`cyclone.redis=${path.join(dir, 'data', 'redis')}`] },
  });

async function parts({ url }: ServerProcess): Promise<unknown> {
  return ((await (await fetch(`${url}/readyz`)).json()) as { parts: unknown }).parts;
}

async function withRedis<T>(use: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(socket(), { retryStrategy: () => 50, maxRetriesPerRequest: null });
  redis.on('error', () => undefined);
  try {
    return await use(redis);
  } finally {
    redis.disconnect();
  }
}

function find(name: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .map((directory) => path.join(directory, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

describe('on a machine without redis-server, Cyclone', () => {
  test('runs one on the engine, and takes it away with itself', async () => {
    const server = await start();
    expect(await parts(server)).toMatchObject({ redis: { ok: true }, sql: { ok: true } });
    expect(await containers()).toMatchObject([{ State: 'running' }]);
    expect(await server.stop()).toBe(0);
    expect(await containers()).toEqual([]);
  }, 60_000);

  test('takes it away too when it is stopped before it is ready', async () => {
    const begun = async (): Promise<void> => {
      while ((await containers()).length === 0) await sleep(5);
    };
    const { code, output } = await runServer(environment(), undefined, begun);
    expect({ code, output }).toMatchObject({ code: 0 });
    expect(await containers()).toEqual([]);
  }, 60_000);

  test('goes on with the one that it left behind when it was killed', async () => {
    const first = await start();
    const [before] = await containers();
    await first.kill();
    const second = await start();
    const [after] = await containers();
    expect(after?.Id).toBe(before?.Id);
    // Its worker has reaped what an earlier one left, and this is not of it.
    expect(await parts(second)).toMatchObject({ redis: { ok: true } });
    expect(await second.stop()).toBe(0);
    expect(await containers()).toEqual([]);
  }, 60_000);

  test('starts another when it dies, with what was written', async () => {
    const server = await start();
    await withRedis((redis) => redis.set('kept', 'yes'));
    const [before] = await containers();
    await docker()
      .getContainer(before?.Id ?? '')
      .kill();
    expect(await withRedis((redis) => redis.get('kept'))).toBe('yes');
    const [after] = await containers();
    expect(after?.Id).not.toBe(before?.Id);
    while (JSON.stringify(await parts(server)).includes('false')) await sleep(50);
  }, 60_000);

  test('and without an engine says what to install', async () => {
    const { code, output } = await runServer({
      ...environment(),
      DOCKER_HOST: `unix://${path.join(dir, 'docker.sock')}`,
    });
    expect(code).toBe(1);
    expect(output).toContain('apt-get install redis-server');
    expect(output).toContain('REDIS_URL');
    expect(output).not.toContain('    at ');
  }, 60_000);
});
