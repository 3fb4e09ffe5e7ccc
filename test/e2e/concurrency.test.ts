import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { finished } from './support/finished.js';
import { gitPush } from './support/push.js';
import { useFreshWorld } from './support/use-world.js';

const world = useFreshWorld({ CYCLONE_CONCURRENCY: '3' });

/** On the branch `first` the stage with the group goes on until there is a file `go` in its workspace. */
const FILES = {
  'caicloud.yml': `pre_build: { image: cyclone-test/busybox:1, commands: [echo made > made.txt] }
integration:
  image: cyclone-test/busybox:1
  concurrency: staging
  commands:
    - cat made.txt
    - if [ $CYCLONE_BRANCH = first ]; then while [ ! -e go ]; do sleep 0.1; done; fi
stages:
  lint: { image: cyclone-test/busybox:1, commands: [echo clean] }
`,
};

const check = (sha: string, name: string) =>
  world.github.checkRuns('acme/lines', sha).find(({ state }) => state.name === name)?.state;

const seen = (sha: string, name: string, state: RegExp): Promise<unknown> =>
  world.github.waitFor(
    () => state.test(`${check(sha, name)?.status ?? ''} ${check(sha, name)?.title ?? ''}`),
    {
      what: `${name} is ${String(state)}`,
    },
  );

async function letGo(run: number): Promise<void> {
  const workspaces = path.join(world.dataDir, 'workspaces');
  const names = (await readdir(workspaces)).filter((name) => name.startsWith(`${String(run)}-chain`));
  await Promise.all(names.map((name) => writeFile(path.join(workspaces, name, 'code', 'go'), '')));
}

/** Two runs, of which the first is in the group's stage and the second waits for it. */
async function twoRuns(): Promise<readonly [string, string]> {
  const push = { repository: 'acme/lines', files: FILES };
  const first = await gitPush(world.github, { ...push, branch: 'first' });
  await seen(first, 'cyclone/integration', /^in_progress/);
  const second = await gitPush(world.github, { ...push, branch: 'second', message: 'Another commit' });
  await seen(
    second,
    'cyclone/integration',
    /^queued Queued: waits for group staging, which run 1 holds \(integration\)/,
  );
  return [first, second];
}

test('a stage waits for the run that has its group, says for which, and then goes on in its workspace', async () => {
  const [first, second] = await twoRuns();
  await seen(second, 'cyclone/lint', /^completed/);
  expect(check(second, 'cyclone/pre_build')?.conclusion).toBe('success');
  await letGo(1);
  const one = await finished(world, 'acme/lines', first);
  const two = await finished(world, 'acme/lines', second);
  expect([one.conclusions['cyclone'], two.conclusions['cyclone']]).toEqual(['success', 'success']);
  expect(two.stage('integration').from).toBeGreaterThanOrEqual(one.stage('integration').to);
  expect(await two.log('integration')).toContain('made\n');
}, 120_000);

test('a group outlives kill -9: its holder goes on, and then who waits', async () => {
  const [first, second] = await twoRuns();
  await world.server().kill();
  await world.start();
  // The holder's stage begins again, in the workspace as it was left.
  await letGo(1);
  const one = await finished(world, 'acme/lines', first);
  const two = await finished(world, 'acme/lines', second);
  expect([one.conclusions['cyclone'], two.conclusions['cyclone']]).toEqual(['success', 'success']);
  expect(two.stage('integration').from).toBeGreaterThanOrEqual(one.stage('integration').to);
}, 120_000);
