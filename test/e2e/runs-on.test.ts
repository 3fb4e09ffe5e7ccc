import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { CheckRunState } from '../fakes/github/state/model.js';
import { type Apart, openApart } from './support/apart.js';
import { finished, finishedRun } from './support/finished.js';
import { gitPush } from './support/push.js';
import type { ServerProcess } from './support/server.js';

let apart: Apart;

beforeAll(async () => {
  apart = await openApart();
  await apart.world.start({ CYCLONE_ROLE: 'server' });
  await apart.startWorker('plain');
}, 60_000);
afterAll(() => apart.close(), 60_000);

const stage = (more = ''): string =>
  `pre_build: { image: cyclone-test/busybox:1, commands: [echo "here"]${more} }\n`;
const ON_GPU = { 'caicloud.yml': stage(', runs_on: gpu') };

/** What the check of the stage says as soon as it looks like that. */
function checkSays(repository: string, sha: string, title: RegExp): Promise<CheckRunState> {
  const { github } = apart.world;
  return github.waitFor(
    () =>
      github
        .checkRuns(repository, sha)
        .map(({ state }) => state)
        .find((state) => state.name === 'cyclone/pre_build' && title.test(state.title ?? '')),
    { what: `cyclone/pre_build says ${String(title)}` },
  );
}

const NOBODY = /: waits for a worker with the label gpu: none is there$/;

test('without a worker of that label the check says so, others go on, and it runs when one comes', async () => {
  const { world } = apart;
  const sha = await gitPush(world.github, { repository: 'acme/gpu', files: ON_GPU });
  expect(await checkSays('acme/gpu', sha, NOBODY)).toMatchObject({ status: 'queued' });
  const page = new URL((await checkSays('acme/gpu', sha, NOBODY)).detailsUrl ?? '').pathname;
  const shown = await (await fetch(`${world.server().url}${page}`)).text();
  expect(shown).toContain('waits for a worker with the label gpu: none is there');
  const plain = await finishedRun(world, { repository: 'acme/any', files: { 'caicloud.yml': stage() } });
  expect(plain.check('cyclone/pre_build').summary).toContain(await apart.workerId('plain'));
  expect(await checkSays('acme/gpu', sha, NOBODY)).toMatchObject({ status: 'queued' });

  await apart.startWorker('gpu', { CYCLONE_LABELS: 'gpu' });
  const run = await finished(world, 'acme/gpu', sha);
  expect(run.conclusions).toEqual({ cyclone: 'success', 'cyclone/pre_build': 'success' });
  expect(run.check('cyclone/pre_build').summary).toContain(await apart.workerId('gpu'));
}, 90_000);

test('a worker takes only what it has the labels for, its engine’s among them', async () => {
  const { world } = apart;
  const repositories = ['acme/one', 'acme/two', 'acme/three'];
  const runs = await Promise.all(
    repositories.map((repository) =>
      finishedRun(world, {
        repository,
        files: { 'caicloud.yml': stage(', runs_on: [linux, gpu]') },
      }),
    ),
  );
  const gpu = await apart.workerId('gpu');
  for (const run of runs) expect(run.check('cyclone/pre_build').summary).toContain(gpu);
}, 90_000);

test('a Redis that comes back finds its workers, and they their jobs', async () => {
  const { world } = apart;
  await finishedRun(world, { repository: 'acme/before', files: ON_GPU });
  apart.killRedis();
  apart.startRedis();
  const run = await finishedRun(world, { repository: 'acme/after', files: ON_GPU });
  expect(run.conclusions).toMatchObject({ cyclone: 'success' });
}, 90_000);

test('a worker that leaves is missed at once, and its jobs wait for another', async () => {
  const { world } = apart;
  const large: ServerProcess = await apart.startWorker('large', { CYCLONE_LABELS: 'large' });
  const files = { 'caicloud.yml': stage(', runs_on: [large]') };
  await finishedRun(world, { repository: 'acme/large', files });
  expect(await large.stop()).toBe(0);
  const sha = await gitPush(world.github, { repository: 'acme/missed', files });
  await checkSays('acme/missed', sha, /label large: none is there/);
  await apart.startWorker('larger', { CYCLONE_LABELS: 'tiny, large' });
  expect((await finished(world, 'acme/missed', sha)).conclusions).toMatchObject({ cyclone: 'success' });
}, 90_000);
