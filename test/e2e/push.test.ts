import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createPerson } from '../fakes/github/testing/person.js';
import { scenario } from './support/scenario.js';
import { conclusions, openWorld, type World } from './support/world.js';

let world: World;

beforeAll(async () => {
  world = await openWorld();
  await world.start();
}, 60_000);
afterEach(async () => {
  expect(await world.leftovers()).toEqual([]);
  world.github.expectClean();
});
afterAll(() => world.close());

describe('a push', () => {
  test('of a tag runs all, and every check says how it went', async () => {
    const { github } = world;
    await github.createRepository({ owner: 'acme', name: 'hello' });
    const person = await createPerson();
    await person.git('init', '--quiet', '--initial-branch=main');
    for (const [name, content] of Object.entries(await scenario('whole-chain'))) {
      await person.write(name, content);
    }
    const sha = await person.commit('README.md', 'hello');
    await person.git('tag', '-a', 'v1.0.0', '-m', 'first');
    await person.git('push', '--quiet', github.pushUrl('acme/hello'), 'v1.0.0');
    const checks = await world.concluded('acme/hello', sha);
    for (const [name, check] of checks) {
      console.log(
        name,
        check.state.conclusion,
        check.state.title,
        '\n',
        check.state.summary,
        '\n',
        check.state.text,
      );
    }
    expect(conclusions(checks)).toEqual({
      cyclone: 'success',
      'cyclone/pre_build': 'success',
      'cyclone/build': 'success',
      'cyclone/integration': 'success',
      'cyclone/publish': 'success',
      'cyclone/post_build': 'success',
      'cyclone/deploy': 'neutral',
    });
    await person.leave();
  }, 90_000);
});
