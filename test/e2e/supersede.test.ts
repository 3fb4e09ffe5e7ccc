import { expect, test } from '@jest/globals';
import { useFreshWorld } from './support/use-world.js';
import { conclusions } from './support/world.js';

const world = useFreshWorld();

const REPOSITORY = 'acme/fast';
const file = (command: string) => ({
  'caicloud.yml': `pre_build: { image: cyclone-test/busybox:1, commands: ["${command}"] }
integration: { image: cyclone-test/busybox:1, commands: ["true"] }
`,
});

const check = (sha: string, name: string) =>
  world.github.checkRuns(REPOSITORY, sha).find(({ state }) => state.name === name)?.state;

test('a newer commit ends the run of an older one, whose checks say by what; the branch, when it is deleted', async () => {
  const { github } = world;
  await github.createRepository({ owner: 'acme', name: 'fast' });
  const first = await github.push(REPOSITORY, { branch: 'dev', files: file('sleep 600') });
  await github.waitFor(() => check(first, 'cyclone/pre_build')?.status === 'in_progress', {
    what: 'it runs',
  });
  const second = await github.push(REPOSITORY, { branch: 'dev', files: file('sleep 601') });

  const ended = await world.concluded(REPOSITORY, first);
  expect(conclusions(ended)).toEqual({
    cyclone: 'cancelled',
    'cyclone/pre_build': 'cancelled',
    'cyclone/integration': 'cancelled',
  });
  for (const { state } of ended.values()) {
    expect(state.title).toBe(`Cancelled: superseded by ${second.slice(0, 7)}`);
  }

  await github.waitFor(() => check(second, 'cyclone/pre_build')?.status === 'in_progress', {
    what: 'it runs',
  });
  await github.removeBranch(REPOSITORY, 'dev');
  const gone = await world.concluded(REPOSITORY, second);
  expect(gone.get('cyclone')?.state.title).toBe('Cancelled: branch dev was deleted');
}, 120_000);
