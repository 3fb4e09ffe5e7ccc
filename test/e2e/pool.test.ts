import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { docker } from '../contract/support/images.js';
import { finishedRun } from './support/finished.js';
import { gitPush } from './support/push.js';
import { openWorld, type World } from './support/world.js';

let world: World;

beforeEach(async () => {
  world = await openWorld({ CYCLONE_POOL: '1' });
  await world.start();
}, 60_000);
afterEach(async () => {
  world.github.expectClean();
  await world.close();
}, 60_000);

const FILES = (turn: string): Readonly<Record<string, string>> => ({
  'caicloud.yml': `pre_build:
  image: cyclone-test/busybox:1
  commands: ['echo run $CYCLONE_RUN on $CYCLONE_BRANCH', 'cat turn', 'echo made > /tmp/made', 'if [ -e slow ]; then sleep 600; fi']
  outputs: [/tmp/made]
integration: { image: cyclone-test/busybox:1, commands: [cat made] }
`,
  turn: `turn ${turn}\n`,
});

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${world.server().url}/metrics`)).text();
  const line = text.split('\n').find((one) => one.startsWith(`${name} `)) ?? '';
  return Number(line.split(' ')[1] ?? 0);
}

/** @throws Error when it does not come */
async function eventually(what: string, is: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await is()); tries += 1) {
    if (tries === 300) throw new Error(`not seen: ${what}`);
    await sleep(100);
  }
}

const armed = (): Promise<void> =>
  eventually('a container armed', async () => (await metric('cyclone_pool_armed')) === 1);

async function warmUp(): Promise<void> {
  for (const turn of ['one', 'two'])
    await finishedRun(world, { repository: 'acme/pool', files: FILES(turn) });
  await armed();
}

test('a first stage that comes often begins in a waiting container, with its own commit; shutdown leaves nothing', async () => {
  await warmUp();
  const run = await finishedRun(world, { repository: 'acme/pool', files: FILES('three') });
  expect(run.conclusions).toMatchObject({ 'cyclone/pre_build': 'success', 'cyclone/integration': 'success' });
  expect(await run.log('pre_build')).toMatch(/^run 3 on \S+$/m);
  expect(await run.log('pre_build')).toContain('turn three\n');
  expect(await run.log('integration')).toContain('made\n');
  expect(await metric('cyclone_pool_first_stages{container="armed"}')).toBe(1);
  expect(await metric('cyclone_pool_first_stages{container="cold"}')).toBe(2);
  await armed();
  await world.server().stop();
  expect(await world.leftovers()).toEqual([]);
}, 120_000);

test('after a kill -9 while one waits and one runs, nothing is left of either', async () => {
  await warmUp();
  const sha = await gitPush(world.github, {
    repository: 'acme/pool',
    files: { ...FILES('three'), slow: '' },
  });
  await world.github.waitFor(
    () =>
      world.github
        .checkRuns('acme/pool', sha)
        .find(({ state }) => state.name === 'cyclone/pre_build' && state.status === 'in_progress'),
    { what: 'pre_build in progress' },
  );
  expect(await metric('cyclone_pool_first_stages{container="armed"}')).toBe(1);
  const pooled = await docker().listContainers({
    filters: { label: ['cyclone.pool'], name: ['cyclone-3-'] },
  });
  // One for each stage, and what waits for others to join.
  expect(pooled).toHaveLength(3);
  await world.server().kill();
  await world.start();
  await eventually('the containers of the dead worker gone', async () => {
    const all = await docker().listContainers({ all: true });
    return all.every(({ Id }) => pooled.every((gone) => gone.Id !== Id));
  });
  await world.server().stop();
  expect((await world.leftovers()).filter((left) => !left.startsWith('workspace'))).toEqual([]);
}, 120_000);
