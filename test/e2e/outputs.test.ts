import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { docker } from '../contract/support/images.js';
import { type EngineProxy, startEngineProxy } from './support/engine-proxy.js';
import { gitPush } from './support/push.js';
import { conclusions, openWorld, type World } from './support/world.js';

const REPOSITORY = 'acme/outputs';

let world: World;
let engine: EngineProxy;

beforeEach(async () => {
  engine = await startEngineProxy();
  world = await openWorld();
  await world.start({ DOCKER_HOST: engine.url });
}, 60_000);
afterEach(async () => {
  try {
    expect(await world.leftovers()).toEqual([]);
    world.github.expectClean();
  } finally {
    await world.close();
    await engine.close();
  }
}, 60_000);

/** 16 MiB: there is a middle of the copying. */
const FILES = {
  'caicloud.yml': `pre_build:
  image: cyclone-test/busybox:1
  commands: [mkdir /out, head -c 16777216 /dev/zero > /out/app.bin, 'sleep 1000 &']
  outputs: [/out/app.bin]
integration: { image: cyclone-test/busybox:1, commands: [wc -c < app.bin] }
post_build: { image: cyclone-test/busybox:1, commands: [echo done] }
`,
};

const containers = () => docker().listContainers({ filters: { label: ['cyclone.job=chain'] } });

test('kill -9 while outputs are copied: nothing waits on in the engine, and the run goes on where it was', async () => {
  const copying = engine.asked('/archive?path=%2Fout%2Fapp.bin');
  const sha = await gitPush(world.github, { repository: REPOSITORY, files: FILES, tag: 'v1' });
  await copying;
  await world.server().kill();
  // With the connection of who would have let it go, a shell that waits ends by itself.
  while ((await containers()).length > 0) await sleep(50);
  await world.start({ DOCKER_HOST: engine.url });
  const checks = await world.concluded(REPOSITORY, sha);
  expect(conclusions(checks)).toMatchObject({
    cyclone: 'success',
    'cyclone/pre_build': 'success',
    'cyclone/integration': 'success',
    'cyclone/post_build': 'success',
  });
  expect(checks.get('cyclone/integration')?.state.text).toContain('16777216');
}, 90_000);
