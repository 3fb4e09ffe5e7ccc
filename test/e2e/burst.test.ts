import { Agent } from 'node:http';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { manyCommits } from '../bench/many-commits.js';
import { bodiesOf, post } from '../bench/push-delivery.js';
import { openWorld, type World } from './support/world.js';

const REPOSITORIES = 5;
const PUSHES = 300;
/** How many were answered when the server is killed. */
const DEATHS = [60, 180];

let world: World;
beforeEach(async () => {
  // What is planned waits for a worker.
  world = await openWorld({ CYCLONE_ROLE: 'server' });
  world.github.rateLimit.set({ remaining: 1_000_000 });
  await world.start();
}, 60_000);
afterEach(async () => {
  world.github.expectClean();
  await world.close();
}, 60_000);

/** Sent again until it is taken, as by whoever saw no answer. */
async function sendAll(bodies: (index: number) => string): Promise<void> {
  const agent = new Agent({ keepAlive: true });
  const receiver = {
    url: `${world.server().url}/api/github/webhooks`,
    secret: world.github.webhookSecret,
  };
  let [next, answered] = [0, 0];
  const deaths = [...DEATHS];
  let revival: Promise<unknown> = Promise.resolve();
  const die = async (): Promise<void> => {
    await world.server().kill();
    await world.start();
  };
  const lane = async (): Promise<void> => {
    while (next < PUSHES) {
      const body = bodies(next++);
      while ((await post(agent, receiver, body).catch(() => undefined)) !== 202) {
        await sleep(50);
        await revival;
      }
      answered += 1;
      if (answered === deaths[0]) {
        deaths.shift();
        revival = die();
      }
    }
  };
  await Promise.all(Array.from({ length: 16 }, lane));
  agent.destroy();
  await revival;
  expect(deaths).toEqual([]);
}

test('kill -9 in the middle of a burst of pushes: each that was answered is planned, told and queued, once', async () => {
  const each = PUSHES / REPOSITORIES;
  const many = await manyCommits(world.github, REPOSITORIES, each);
  await sendAll(bodiesOf({ ...many, from: 0 }));

  const { github } = world;
  const wanted = many.names.flatMap((name, index) =>
    (many.commits[index] ?? []).map((sha) => ({ name, sha })),
  );
  const checksOf = ({ name, sha }: (typeof wanted)[number]): readonly string[] =>
    github.checkRuns(name, sha).map(({ state }) => state.name);
  await github.waitFor(() => wanted.every((commit) => checksOf(commit).length >= 2), {
    what: 'checks of every commit',
    timeoutMs: 90_000,
  });
  expect(wanted.map((commit) => checksOf(commit).toSorted().join())).toEqual(
    wanted.map(() => 'cyclone,cyclone/integration'),
  );

  const redis = new Redis(path.join(world.dataDir, 'redis', 'redis.sock'));
  const all = PUSHES + REPOSITORIES;
  const names = await redis.lrange('bull:jobs:wait', 0, -1);
  expect(names).toHaveLength(all);
  const runs = names.map((name) => name.replace(/^run-(\d+)-\d+-.*$/, '$1'));
  expect(new Set(runs).size).toBe(all);
  redis.disconnect();
}, 180_000);
