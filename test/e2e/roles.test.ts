import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { docker } from '../contract/support/images.js';
import { type Apart, openApart } from './support/apart.js';
import { gitPush } from './support/push.js';
import { conclusions, type World, withoutReady } from './support/world.js';

let apart: Apart;
let world: World;

beforeEach(async () => {
  apart = await openApart();
  world = apart.world;
}, 60_000);
afterEach(() => apart.close(), 60_000);

describe('a server and workers apart', () => {
  test('a worker needs no key of the App, and carries out what the server queues', async () => {
    await world.start({ CYCLONE_ROLE: 'server' });
    const worker = await apart.startWorker('one');
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
    const thief = await apart.startWorker('thief', { CYCLONE_WORKER_SECRET: 'guessed-by-somebody' });
    const files = { 'caicloud.yml': 'pre_build: { image: cyclone-test/busybox:1, commands: [echo afar] }\n' };
    const sha = await gitPush(world.github, { repository: 'acme/secret', files });
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(world.github.checkRuns('acme/secret', sha).map(({ state }) => state.status)).toEqual([
      'queued',
      'queued',
    ]);
    await thief.stop();
    await apart.startWorker('one');
    expect(conclusions(await world.concluded('acme/secret', sha))).toMatchObject({ cyclone: 'success' });
  }, 60_000);

  test('a worker that is killed is replaced by another within seconds', async () => {
    await world.start({ CYCLONE_ROLE: 'server' });
    const first = await apart.startWorker('first');
    const commands = '[echo began, "[ $CYCLONE_RUN = 1 ] && sleep 6", echo over]';
    const files = { 'caicloud.yml': `pre_build: { image: cyclone-test/busybox:1, commands: ${commands} }\n` };
    const sha = await gitPush(world.github, { repository: 'acme/killed', files });
    await world.github.waitFor(() =>
      world.github
        .checkRuns('acme/killed', sha)
        .some(({ state }) => state.name !== 'cyclone' && state.status === 'in_progress'),
    );
    await apart.startWorker('second');
    await first.kill();
    const checks = await world.concluded('acme/killed', sha);
    expect(conclusions(checks)).toMatchObject({ cyclone: 'success' });
    // What the first had started for the job is gone, although nobody started again on its data directory.
    const label = [`cyclone.worker=${await apart.workerId('first')}`];
    const left = async (): Promise<readonly string[]> => {
      const [containers, networks] = await Promise.all([
        docker().listContainers({ all: true, filters: { label } }),
        docker().listNetworks({ filters: { label } }),
      ]);
      return [
        ...containers.flatMap(({ Names }) => Names.map((name) => `container ${name}`)),
        ...networks.map(({ Name }) => `network ${Name}`),
      ];
    };
    expect(withoutReady(await left())).toEqual([]);
    // What stood ready for it goes when it is missed.
    while ((await left()).length > 0) await sleep(200);
  }, 120_000);
});

test('Redis away: webhooks get 503, /readyz tells, and what was queued is there when it is back', async () => {
  await world.start();
  const slow = {
    'caicloud.yml': 'pre_build: { image: cyclone-test/busybox:1, commands: [sleep 5, echo over] }\n',
  };
  const sha = await gitPush(world.github, { repository: 'acme/redis', files: slow });
  await world.github.waitFor(() =>
    world.github
      .checkRuns('acme/redis', sha)
      .some(({ state }) => state.name !== 'cyclone' && state.status === 'in_progress'),
  );
  apart.killRedis();
  const lost = await gitPush(world.github, { repository: 'acme/other', files: slow });
  const delivery = await world.github.waitFor(() =>
    world.github.deliveries.all('push').find((one) => one.request.body.includes(lost) && one.response),
  );
  expect(delivery.response).toMatchObject({ statusCode: 503 });
  const ready = await fetch(`${world.server().url}/readyz`);
  expect(ready.status).toBe(503);
  expect(((await ready.json()) as { parts: { redis: { ok: boolean } } }).parts.redis.ok).toBe(false);
  apart.startRedis();
  expect(conclusions(await world.concluded('acme/redis', sha))).toMatchObject({ cyclone: 'success' });
  // GitHub does not try again by itself: at its next start the server asks for what it missed.
  expect(await world.server().stop()).toBe(0);
  await world.start();
  expect(conclusions(await world.concluded('acme/other', lost))).toMatchObject({ cyclone: 'success' });
}, 120_000);
