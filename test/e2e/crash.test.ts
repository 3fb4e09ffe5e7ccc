import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { docker } from '../contract/support/images.js';
import { gitPush } from './support/push.js';
import { conclusions, openWorld, type World } from './support/world.js';

let world: World;

beforeEach(async () => {
  world = await openWorld();
  await world.start();
}, 60_000);
afterEach(async () => {
  expect(await world.leftovers()).toEqual([]);
  world.github.expectClean();
  await world.close();
}, 60_000);

/** Sleeps in the integration the first time; a file in the workspace tells the second, which goes on. */
const FILES = {
  'caicloud.yml': `pre_build: { image: cyclone-test/busybox:1, commands: [echo made > made.txt] }
build: { dockerfile_name: Dockerfile }
integration:
  services: { db: { image: cyclone-test/busybox:1, command: sleep 600 } }
  image: BUILT_IMAGE
  commands:
    - cat made.txt && echo ready
    - if [ ! -e again ]; then touch again; sleep 600; fi
    - echo went on
post_build: { image: cyclone-test/busybox:1, commands: [echo done] }
`,
  Dockerfile: 'FROM cyclone-test/busybox:1\nCOPY made.txt /\n',
};

const running = (name: string): Promise<unknown> =>
  world.github.waitFor(
    () =>
      world.github
        .checkRuns('acme/crash')
        .find(({ state }) => state.name === name && state.status === 'in_progress'),
    { what: `${name} in progress` },
  );

function eachOnce(sha: string): void {
  const names = world.github.checkRuns('acme/crash', sha).map(({ state }) => state.name);
  expect(names.sort()).toEqual([...new Set(names)].sort());
}

describe('kill -9 of the whole process', () => {
  test('in the middle of integration: started again, the run ends rightly and nothing is published twice', async () => {
    const sha = await gitPush(world.github, { repository: 'acme/crash', files: FILES, tag: 'v1' });
    await running('cyclone/integration');
    await world.server().kill();
    expect(await docker().listContainers({ filters: { label: ['cyclone.job=chain'] } })).not.toEqual([]);
    await world.start();
    const checks = await world.concluded('acme/crash', sha);
    expect(conclusions(checks)).toEqual({
      cyclone: 'success',
      'cyclone/pre_build': 'success',
      'cyclone/build': 'success',
      'cyclone/integration': 'success',
      'cyclone/publish': 'success',
      'cyclone/post_build': 'success',
    });
    eachOnce(sha);
    expect(world.registry.manifestPuts('acme/crash', 'v1')).toBe(1);
    expect(checks.get('cyclone/integration')?.state.text).toContain('went on');
    expect(checks.get('cyclone/integration')?.state.summary).toContain('an earlier worker was lost');
    // What was done before was not done again.
    const log = await (await fetch(`${world.server().url}/runs/1/stages/pre_build/log`)).text();
    expect(log.match(/echo made/g)).toHaveLength(1);
  }, 120_000);

  test('with the workspace gone: from the start, and what was published is not published again', async () => {
    const files = {
      ...FILES,
      'caicloud.yml': `pre_build: { image: cyclone-test/busybox:1, commands: [echo made > made.txt] }
build: { dockerfile_name: Dockerfile }
post_build: { image: cyclone-test/busybox:1, commands: [cat made.txt, sleep 5] }
`,
    };
    const sha = await gitPush(world.github, { repository: 'acme/crash', files, tag: 'v1' });
    await running('cyclone/post_build');
    await world.server().kill();
    await rm(`${world.dataDir}/workspaces`, { recursive: true, force: true });
    await world.start();
    const checks = await world.concluded('acme/crash', sha);
    expect(new Set(Object.values(conclusions(checks)))).toEqual(new Set(['success']));
    eachOnce(sha);
    expect(world.registry.manifestPuts('acme/crash', 'v1')).toBe(1);
  }, 120_000);

  test('in the middle of publish: the image arrives once', async () => {
    const files = {
      'caicloud.yml': 'build: { dockerfile_name: Dockerfile }\n',
      // What does not compress takes the engine some seconds to send.
      Dockerfile: 'FROM cyclone-test/busybox:1\nRUN dd if=/dev/urandom of=/big bs=1M count=150\n',
    };
    const sha = await gitPush(world.github, { repository: 'acme/crash', files, tag: 'v1' });
    while (!world.registry.requests().some(({ path }) => path.includes('/acme/crash/blobs/uploads'))) {
      await sleep(10);
    }
    expect(world.registry.manifestPuts('acme/crash', 'v1')).toBe(0);
    await world.server().kill();
    await world.start();
    const checks = await world.concluded('acme/crash', sha);
    expect(conclusions(checks)).toMatchObject({ 'cyclone/publish': 'success', cyclone: 'success' });
    eachOnce(sha);
    expect(world.registry.manifestPuts('acme/crash', 'v1')).toBe(1);
  }, 120_000);
});

describe('SIGTERM', () => {
  const files = (seconds: number) => ({
    'caicloud.yml': `pre_build: { image: cyclone-test/busybox:1, commands: [echo first >> log.txt, sleep ${String(seconds)}] }
integration: { image: cyclone-test/busybox:1, commands: [cat log.txt] }
`,
  });

  test('lets the stage end, hands the job back, and exits 0; the next process goes on there', async () => {
    const sha = await gitPush(world.github, { repository: 'acme/crash', files: files(4) });
    await running('cyclone/pre_build');
    expect(await world.server().stop()).toBe(0);
    await world.start();
    const checks = await world.concluded('acme/crash', sha);
    expect(conclusions(checks)).toMatchObject({ cyclone: 'success' });
    expect(checks.get('cyclone/integration')?.state.text).toContain('$ cat log.txt\nfirst\n```');
    eachOnce(sha);
  }, 90_000);

  test('waits for a long stage no longer than it was told', async () => {
    const once = files(600)['caicloud.yml'].replace(
      'sleep 600',
      '"[ -e again ] || { touch again; sleep 600; }"',
    );
    const sha = await gitPush(world.github, { repository: 'acme/crash', files: { 'caicloud.yml': once } });
    await running('cyclone/pre_build');
    expect(await world.server().stop()).toBe(0);
    await world.start();
    expect(conclusions(await world.concluded('acme/crash', sha))).toMatchObject({ cyclone: 'success' });
    eachOnce(sha);
  }, 90_000);
});
