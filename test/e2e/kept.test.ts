import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { docker } from '../contract/support/images.js';
import { type Apart, openApart } from './support/apart.js';
import { finished } from './support/finished.js';
import { gitPush } from './support/push.js';
import { rerunCheck } from './support/rerun.js';
import { openWorld, type World, withoutReady } from './support/world.js';

const REPOSITORY = 'acme/kept';
const busybox = 'image: cyclone-test/busybox:1';

/** The integration passes where it was before. */
const SECOND_TIME = {
  'caicloud.yml': `pre_build: { ${busybox}, commands: [echo made > made.txt, echo made it] }
build: { dockerfile_name: Dockerfile }
integration:
  image: BUILT_IMAGE
  commands: [echo tested && cat made.txt, 'test -e again || { touch again; exit 3; }']
`,
  Dockerfile: 'FROM cyclone-test/busybox:1\nCOPY made.txt /\n',
};

const PUBLISHED = {
  ...SECOND_TIME,
  'caicloud.yml': `pre_build: { ${busybox}, commands: [echo made > made.txt, echo made it] }
build: { dockerfile_name: Dockerfile }
post_build: { ${busybox}, commands: [cat made.txt, date > late.txt] }
`,
};

const GOES_ON = 'ran again in the workspace that the last try left';
const ANEW = 'the workspace that the last try left is gone: pre_build, build ran again before it';
/** How many lines of a log are this. */
const count = (log: string, line: string): number => log.split('\n').filter((one) => one === line).length;

describe('what a run left', () => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld();
    await world.start({ CYCLONE_KEEP: '24h' });
  }, 60_000);
  afterEach(async () => {
    world.github.expectClean();
    await world.close();
  }, 60_000);

  /** Of this world's worker, on disk and in the engine. */
  const left = async () => {
    const id = (await readFile(path.join(world.dataDir, 'worker-id'), 'utf8')).trim();
    const filters = { label: [`cyclone.worker=${id}`] };
    const [workspaces, images, containers, networks] = await Promise.all([
      readdir(path.join(world.dataDir, 'workspaces')),
      docker().listImages({ filters: { label: [...filters.label, 'cyclone.run'] } }),
      docker().listContainers({ all: true, filters }),
      docker().listNetworks({ filters }),
    ]);
    return {
      workspaces,
      images: images.length,
      others: withoutReady([
        ...containers.map(({ Names }) => `container ${Names.join(' ')}`),
        ...networks.map(({ Name }) => `network ${Name}`),
      ]),
    };
  };
  const becomes = async (wanted: Awaited<ReturnType<typeof left>>): Promise<void> => {
    let now = await left();
    for (let tries = 0; tries < 100 && JSON.stringify(now) !== JSON.stringify(wanted); tries += 1) {
      await sleep(100);
      now = await left();
    }
    expect(now).toEqual(wanted);
  };
  const KEPT = { workspaces: ['1-chain'], images: 1, others: [] };

  test('is there for the stage that is run again, also after a restart', async () => {
    const sha = await gitPush(world.github, { repository: REPOSITORY, files: SECOND_TIME });
    const first = await finished(world, REPOSITORY, sha);
    expect(first.conclusions).toMatchObject({ 'cyclone/integration': 'failure', cyclone: 'failure' });
    await becomes(KEPT);
    await world.server().stop();
    await world.start({ CYCLONE_KEEP: '24h' });

    const again = await rerunCheck(world, REPOSITORY, sha, 'cyclone/integration');
    expect(again.conclusions).toMatchObject({ 'cyclone/integration': 'success', cyclone: 'success' });
    expect(again.check('cyclone/integration').summary).toContain(GOES_ON);
    expect(count(await again.log('pre_build'), 'made it')).toBe(1);
    expect((await again.log('build')).match(/^Built /gm)).toHaveLength(1);
    expect(count(await again.log('integration'), 'made')).toBe(2);
    await becomes(KEPT);
  }, 120_000);

  test('goes when its time is over, and then a re-run begins anew without what the world has seen', async () => {
    const sha = await gitPush(world.github, { repository: REPOSITORY, files: PUBLISHED, tag: 'v1' });
    expect((await finished(world, REPOSITORY, sha)).conclusions).toMatchObject({ cyclone: 'success' });
    await becomes(KEPT);
    await world.server().stop();
    await world.start({ CYCLONE_KEEP: '1' });
    await becomes({ workspaces: [], images: 0, others: [] });

    const again = await rerunCheck(world, REPOSITORY, sha, 'cyclone/post_build');
    expect(again.conclusions).toMatchObject({ 'cyclone/post_build': 'success', cyclone: 'success' });
    expect(again.check('cyclone/post_build').summary).toContain(ANEW);
    expect(count(await again.log('pre_build'), 'made it')).toBe(2);
    expect(world.registry.manifestPuts(REPOSITORY, 'v1')).toBe(1);
    // The time of a job begins with its end.
    await becomes({ workspaces: [], images: 0, others: [] });
  }, 120_000);

  test('is not used by a re-run from the first stage on', async () => {
    const sha = await gitPush(world.github, { repository: REPOSITORY, files: SECOND_TIME });
    await finished(world, REPOSITORY, sha);
    const again = await rerunCheck(world, REPOSITORY, sha, 'cyclone/pre_build');
    expect(again.conclusions).toMatchObject({ 'cyclone/integration': 'failure' });
    await becomes(KEPT);
  }, 120_000);
});

describe('with two workers', () => {
  let apart: Apart;
  beforeEach(async () => {
    apart = await openApart();
    await apart.world.start({ CYCLONE_ROLE: 'server' });
  }, 60_000);
  afterEach(() => apart.close(), 60_000);

  test('a stage runs again where its workspace is, and elsewhere when that worker is gone', async () => {
    const { world } = apart;
    const keep = { CYCLONE_KEEP: '24h', REGISTRY_LOCATION: world.registry.host };
    const one = await apart.startWorker('one', keep);
    const sha = await gitPush(world.github, { repository: REPOSITORY, files: SECOND_TIME });
    await finished(world, REPOSITORY, sha);
    await apart.startWorker('two', keep);

    const again = await rerunCheck(world, REPOSITORY, sha, 'cyclone/integration');
    expect(again.conclusions).toMatchObject({ 'cyclone/integration': 'success' });
    expect(again.check('cyclone/integration').summary).toContain(await apart.workerId('one'));

    await one.stop();
    const elsewhere = await rerunCheck(world, REPOSITORY, sha, 'cyclone/integration');
    expect(elsewhere.conclusions).toMatchObject({ 'cyclone/integration': 'failure' });
    expect(elsewhere.check('cyclone/integration').summary).toContain(ANEW);
    expect(elsewhere.check('cyclone/integration').summary).toContain(await apart.workerId('two'));
  }, 180_000);
});
