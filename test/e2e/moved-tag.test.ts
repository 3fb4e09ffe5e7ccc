import { expect, test } from '@jest/globals';
import { printedBy } from './support/printed.js';
import { gitPush } from './support/push.js';
import { useWorld } from './support/use-world.js';
import { conclusions } from './support/world.js';

// Two runs at once, whatever the machine.
const world = useWorld({ CYCLONE_CONCURRENCY: '2' });

/** A commit whose image prints `name`, and whose tests are these. */
const commit = (name: string, tests: readonly string[]) => ({
  name,
  Dockerfile: 'FROM cyclone-test/busybox:1\nCOPY name /name\nCMD ["/bin/cat", "/name"]\n',
  'caicloud.yml': `build: { dockerfile_name: Dockerfile }
integration: { image: BUILT_IMAGE, commands: ${JSON.stringify(tests)} }\n`,
});

test('a tag that moves while its run tests publishes what was tested, and nothing else', async () => {
  const { github, registry } = world;
  const repository = 'acme/moved';
  const stateOf = (sha: string, name: string) =>
    github.checkRuns(repository, sha).find(({ state }) => state.name === name)?.state;
  const tested = commit('tested', ['test "$(cat /name)" = tested', 'sleep 6']);
  const a = await gitPush(github, { repository, files: tested, tag: 'v1' });
  await github.waitFor(() => stateOf(a, 'cyclone/build')?.status === 'completed', {
    what: 'the image of the first commit',
  });
  const failing = commit('untested', ['false']);
  const b = await gitPush(github, { repository, files: failing, tag: 'v1' });

  const ofB = conclusions(await world.concluded(repository, b));
  expect(ofB).toMatchObject({ 'cyclone/build': 'success', 'cyclone/integration': 'failure' });
  // Otherwise B came too late to move anything.
  expect(stateOf(a, 'cyclone/integration')?.status).not.toBe('completed');

  expect(conclusions(await world.concluded(repository, a))).toMatchObject({ 'cyclone/publish': 'success' });
  expect(registry.manifestPuts('acme/moved', 'v1')).toBe(1);
  // An image that a container uses would stay.
  expect(await world.leftovers()).toEqual([]);
  expect(await printedBy(`${registry.host}/acme/moved:v1`)).toBe('tested');
}, 90_000);
