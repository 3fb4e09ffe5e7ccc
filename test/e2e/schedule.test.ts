import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import type { ApiRun } from '../../src/web/api-run.js';
import { gitPush } from './support/push.js';
import { openWorld, type World } from './support/world.js';

let world: World;
let redis: Redis;
/** The server's clock, of which a test may turn the hands. */
let queue: Queue;
beforeAll(async () => {
  world = await openWorld();
  await world.start();
  redis = new Redis(path.join(world.dataDir, 'redis', 'redis.sock'), { maxRetriesPerRequest: null });
  queue = new Queue('schedule', { connection: redis });
}, 60_000);
afterEach(async () => {
  expect(await world.leftovers()).toEqual([]);
  world.github.expectClean();
}, 30_000);
afterAll(async () => {
  await queue.close();
  redis.disconnect();
  await world.close();
}, 30_000);

const repository = 'acme/nightly';
const STAGE =
  'integration: { image: cyclone-test/busybox:1, commands: [echo "it is $CYCLONE_EVENT of $CYCLONE_BRANCH"] }\n';
const NIGHTLY = `on: { push: { tags: ['v*'] }, schedule: [{ cron: '0 3 * * *' }] }\n${STAGE}`;

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 600; tries += 1) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(50);
  }
  throw new Error(`not seen: ${what}`);
}

/** As if it were three o'clock. */
async function itIsTime(): Promise<void> {
  const [next] = await until('a schedule that is kept', async () => {
    const delayed = await queue.getDelayed();
    return delayed.length === 0 ? undefined : delayed;
  });
  await next?.promote();
}

/** Newest first. */
async function runs(): Promise<readonly ApiRun[]> {
  const response = await fetch(`${world.server().url}/api/runs?repo=${repository}`);
  return ((await response.json()) as { readonly runs: readonly ApiRun[] }).runs;
}

const finishedRuns = (count: number): Promise<readonly ApiRun[]> =>
  until(`${String(count)} runs that are over`, async () => {
    const found = await runs();
    return found.length === count && found.every(({ status }) => status === 'completed') ? found : undefined;
  });

test('a schedule of the default branch runs its newest commit each time, until the file has it no more', async () => {
  const { github } = world;
  const sha = await gitPush(github, {
    repository,
    files: { 'caicloud.yml': NIGHTLY },
    message: 'Sleep [skip ci]',
  });
  await finishedRuns(1);

  await itIsTime();
  await finishedRuns(2);
  const { state } = await github.waitFor(
    () =>
      github
        .checkRuns(repository, sha)
        .find((check) => check.state.name === 'cyclone/integration' && check.state.status === 'completed'),
    { what: 'the nightly run is on GitHub' },
  );
  expect(state).toMatchObject({
    conclusion: 'success',
    text: expect.stringContaining('it is schedule of main'),
  });

  await itIsTime();
  const [again, first, push] = await finishedRuns(3);
  for (const run of [again, first]) {
    expect(run).toMatchObject({
      event: 'schedule',
      head_sha: sha,
      head_branch: 'main',
      actor: 'schedule',
      display_title: 'Sleep [skip ci]',
      conclusion: 'success',
    });
  }
  expect(push).toMatchObject({ event: 'push', conclusion: 'skipped' });

  await github.push(repository, { files: { 'caicloud.yml': STAGE } });
  await finishedRuns(4);
  await until('no schedule', async () => ((await queue.getJobSchedulersCount()) === 0 ? true : undefined));
  expect(await queue.getDelayedCount()).toBe(0);
}, 120_000);
