import { expect, test } from '@jest/globals';
import type { CheckRun } from '../fakes/github/state/model.js';
import { finished, finishedRun } from './support/finished.js';
import { useFreshWorld } from './support/use-world.js';

const world = useFreshWorld();

const REPOSITORY = 'acme/again';
/** Each time another number is printed: what ran again tells by it. */
const SAY = 'cat /proc/sys/kernel/random/uuid';
const FILES = {
  'caicloud.yml': `pre_build: { image: cyclone-test/busybox:1, commands: ["${SAY}"] }
integration: { image: cyclone-test/busybox:1, commands: ["${SAY}"] }
post_build: { image: cyclone-test/busybox:1, when: { event: push }, commands: ["${SAY}"] }
stages:
  lint: { image: cyclone-test/busybox:1, commands: ["${SAY}"] }
`,
};
const STAGES = ['pre_build', 'integration', 'post_build', 'lint'];

const uuids = (log: string): number => log.match(/^[0-9a-f]{8}-[0-9a-f-]{27}$/gm)?.length ?? 0;

const checkOf = (sha: string, name: string): CheckRun => {
  const [check, ...doubles] = world.github
    .checkRuns(REPOSITORY, sha)
    .filter(({ state }) => state.name === name);
  expect(doubles).toEqual([]);
  if (check === undefined) throw new Error(`no check ${name}`);
  return check;
};

/** Waits until the whole run's check was open again and is completed once more. */
async function completedAgain(sha: string, states: number): Promise<void> {
  await world.github.waitFor(
    () => {
      const { history } = checkOf(sha, 'cyclone');
      const later = history.slice(states);
      return (
        later.some(({ state }) => state.status !== 'completed') && later.at(-1)?.state.status === 'completed'
      );
    },
    { what: 'the run is over again', timeoutMs: 60_000 },
  );
}

test('one stage runs again with those behind it, in its own check; all of them when all are asked for', async () => {
  const run = await finishedRun(world, { repository: REPOSITORY, files: FILES });
  expect(new Set(Object.values(run.conclusions))).toEqual(new Set(['success']));
  const sha = world.github.checkRuns(REPOSITORY)[0]?.headSha ?? '';
  const logs = async () => Promise.all(STAGES.map(async (stage) => uuids(await run.log(stage))));
  expect(await logs()).toEqual([1, 1, 1, 1]);

  let states = checkOf(sha, 'cyclone').history.length;
  world.github.checks.rerequest(checkOf(sha, 'cyclone/integration'));
  await completedAgain(sha, states);
  const once = await finished(world, REPOSITORY, sha);
  expect(new Set(Object.values(once.conclusions))).toEqual(new Set(['success']));
  expect((await logs()).slice(1)).toEqual([2, 2, 1]);
  expect(await run.log('integration')).toMatch(/— run again by octocat —/);
  expect(await run.log('lint')).not.toContain('again');

  states = checkOf(sha, 'cyclone').history.length;
  await world.github.checks.rerequestAll(checkOf(sha, 'cyclone'));
  await completedAgain(sha, states);
  expect((await logs()).slice(1)).toEqual([3, 3, 2]);
  for (const name of ['cyclone', ...STAGES.map((stage) => `cyclone/${stage}`)]) {
    expect(checkOf(sha, name).state).toMatchObject({ status: 'completed', conclusion: 'success' });
  }
}, 120_000);
