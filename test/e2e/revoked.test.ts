import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { gitPush } from './support/push.js';
import { conclusions, openWorld, type World } from './support/world.js';

const FILES = {
  'caicloud.yml': `pre_build:
  image: cyclone-test/busybox:1
  commands: [test -f caicloud.yml, sleep 4]
`,
};
const PASSED = { cyclone: 'success', 'cyclone/pre_build': 'success' };

let world: World;
beforeAll(async () => {
  world = await openWorld();
  await world.start();
}, 60_000);
afterAll(() => world.close(), 30_000);

const push = (message: string) =>
  gitPush(world.github, { repository: 'acme/private', files: FILES, message, private: true });

test('tokens that are revoked while a stage runs are renewed: its checks conclude', async () => {
  const sha = await push('one');
  await world.github.waitFor(() =>
    world.github
      .checkRuns('acme/private', sha)
      .some(({ state }) => state.name === 'cyclone/pre_build' && state.status === 'in_progress'),
  );
  world.github.installations.revokeTokens(world.github.installation);
  expect(conclusions(await world.concluded('acme/private', sha))).toEqual(PASSED);
  expect(world.github.checkRuns('acme/private', sha)).toHaveLength(2);
  world.github.expectClean();
}, 90_000);

test('tokens that are revoked before a push are renewed, for git too: the repository is private', async () => {
  world.github.installations.revokeTokens(world.github.installation);
  expect(conclusions(await world.concluded('acme/private', await push('two')))).toEqual(PASSED);
  world.github.expectClean();
}, 90_000);
