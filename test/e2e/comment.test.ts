import { expect, test } from '@jest/globals';
import type { Comment, PullRequest } from '../fakes/github/state/model.js';
import { gitPush } from './support/push.js';
import { useFreshWorld } from './support/use-world.js';

const REPOSITORY = 'acme/talk';
const fileThat = (command: string) => ({
  'caicloud.yml': `on: { push: { branches: [main] }, pull_request: {} }
pre_build: { image: cyclone-test/busybox:1, commands: ["echo begin"] }
integration: { image: cyclone-test/busybox:1, commands: ["${command}"] }
`,
});
const FAILING = fileThat('echo @octocat says; echo /deploy production; exit 3');

const world = useFreshWorld();

async function openPull(files: Readonly<Record<string, string>>): Promise<PullRequest> {
  await gitPush(world.github, { repository: REPOSITORY, files: fileThat('echo fine') });
  return world.github.pulls.open(REPOSITORY, { from: 'feature', files });
}

const ours = (pull: PullRequest): readonly Comment[] =>
  world.github.comments.on(pull).filter(({ author }) => author.login === 'cyclone[bot]');

/** The one comment of ours, when it says that. */
function saying(pull: PullRequest, words: string): Promise<Comment> {
  return world.github.waitFor(
    () => {
      const [comment, ...doubles] = ours(pull);
      expect(doubles).toEqual([]);
      return comment?.body.includes(words) === true ? comment : undefined;
    },
    { what: `a comment that says ${words}`, timeoutMs: 60_000 },
  );
}

test('a pull request that fails has one comment, which is true when it passes, and over a restart', async () => {
  const pull = await openPull(FAILING);
  const failed = await saying(pull, '1 of 2 stages failed');
  expect(failed.body).toContain('exited 3');
  expect(failed.body).toContain('`/retest`');
  expect(failed.body).toContain('docker run');
  expect(failed.body).not.toMatch(/^\s*\//m);

  await world.server().stop();
  await world.start();
  const sha = await world.github.pulls.push(pull, { files: fileThat('echo better') });
  await world.concluded(REPOSITORY, sha);
  const passed = await saying(pull, 'Passed in');
  expect(passed.id).toBe(failed.id);
  expect(passed.body).toContain(sha.slice(0, 7));
  expect(passed.body).not.toContain('/retest');
}, 150_000);

test('one that passes has none; somebody who asks is answered in one', async () => {
  const pull = await openPull(fileThat('echo fine'));
  await world.concluded(REPOSITORY, pull.head.sha ?? '');
  expect(ours(pull)).toEqual([]);
  world.github.comments.add(pull, 'octocat', '/why integration');
  const answered = await saying(pull, 'asked `/why integration`');
  world.github.comments.add(pull, 'octocat', '/status');
  expect((await saying(pull, 'asked `/status`')).id).toBe(answered.id);
}, 120_000);

test('deleted by a person, it is not made again for that commit', async () => {
  const pull = await openPull(FAILING);
  world.github.comments.remove(await saying(pull, 'failed'), 'octocat');
  const whole = world.github.checkRuns(REPOSITORY).find(({ state }) => state.conclusion === 'failure');
  if (whole === undefined) throw new Error('nothing failed');
  world.github.checks.rerequest(whole);
  const told = whole.history.length;
  await world.github.waitFor(() =>
    whole.history.slice(told).find(({ state }) => state.status === 'completed'),
  );
  expect(ours(pull)).toEqual([]);
  await world.github.pulls.push(pull, { files: { more: 'x' } });
  await saying(pull, 'failed');
}, 150_000);

test('an answer of GitHub that was lost makes no second one', async () => {
  world.github.faults.add({ operation: 'issues/create-comment', fault: { kind: 'lost' }, times: 1 });
  const pull = await openPull(FAILING);
  await saying(pull, 'failed');
  await world.github.waitFor(
    () => world.github.requests({ operation: 'issues/update-comment', status: 200 }).length > 0,
  );
  expect(ours(pull)).toHaveLength(1);
}, 120_000);
