import { existsSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { redisContainers } from '../../src/adapters/docker/redis-container.js';
import { docker } from './support/images.js';
import { redisImage } from './support/redis-image.js';

let removeImage: () => Promise<void>;
let dir: string;
let name: string;
const containers = redisContainers(undefined);
const clients: Redis[] = [];

beforeAll(async () => {
  removeImage = await redisImage();
}, 60_000);
afterAll(() => removeImage());
beforeEach(async () => {
  dir = await realpath(await mkdtemp(path.join(tmpdir(), 'cyclone-redis-')));
  name = path.basename(dir);
});
afterEach(async () => {
  clients.splice(0).forEach((client) => client.disconnect());
  await containers.remove(name);
  await rm(dir, { recursive: true, force: true });
});

const socket = (): string => path.join(dir, 'redis.sock');
const start = (more: readonly string[] = []): Promise<boolean> =>
  containers.start({
    name,
    directories: [dir],
    arguments: ['--port', '0', '--unixsocket', socket(), '--dir', dir, '--appendonly', 'yes', ...more],
  });

async function client(): Promise<Redis> {
  const redis = new Redis(socket(), { retryStrategy: () => 50 });
  redis.on('error', () => undefined);
  clients.push(redis);
  await redis.ping();
  return redis;
}

async function ended(): Promise<string> {
  for (;;) {
    const said = await containers.over(name);
    if (said !== undefined) return said;
    await sleep(20);
  }
}

describe('a Redis on the engine', () => {
  test('answers on a socket of ours, keeps its files where ours are, and as ours', async () => {
    expect(await start()).toBe(true);
    await (await client()).set('kept', 'yes');
    expect(existsSync(path.join(dir, 'appendonlydir'))).toBe(true);
    expect(statSync(path.join(dir, 'appendonlydir')).uid).toBe(process.getuid?.());
    expect(await containers.over(name)).toBeUndefined();
  });

  test('bears no label by which it would be reaped, and is on no network', async () => {
    await start();
    const { Config, HostConfig } = await docker().getContainer(name).inspect();
    expect(Config.Labels).toMatchObject({ 'cyclone.redis': dir });
    expect(Object.keys(Config.Labels)).not.toContain('cyclone.install');
    expect(HostConfig).toMatchObject({ NetworkMode: 'none', CapDrop: ['ALL'], Privileged: false });
  });

  test('takes the place of an older one, with its data', async () => {
    await start();
    await (await client()).set('kept', 'yes');
    const before = await docker().getContainer(name).inspect();
    await docker().getContainer(name).kill();
    expect(await start()).toBe(true);
    const after = await docker().getContainer(name).inspect();
    expect(after.Id).not.toBe(before.Id);
    expect(await (await client()).get('kept')).toBe('yes');
  });

  test('that ends says why', async () => {
    await start(['--appendfsync', 'sometimes']);
    expect(await ended()).toContain('appendfsync');
  });

  test('whose directory the engine does not see is not made there', async () => {
    const missing = path.join(dir, 'missing');
    const starting = containers.start({ name, directories: [missing], arguments: [] });
    await expect(starting).rejects.toThrow(missing);
    expect(existsSync(missing)).toBe(false);
  });

  test('is removed once, and again', async () => {
    await start();
    await containers.remove(name);
    await containers.remove(name);
    expect(await containers.over(name)).toBe('');
  });
});

test('without an engine there is none, and nothing to remove', async () => {
  await mkdir(path.join(dir, 'empty'));
  const nowhere = redisContainers(`unix://${path.join(dir, 'empty', 'docker.sock')}`);
  expect(await nowhere.start({ name, directories: [dir], arguments: [] })).toBe(false);
  await expect(nowhere.remove(name)).resolves.toBeUndefined();
});
