import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { gitPush } from './support/push.js';
import { conclusions, openWorld, type World } from './support/world.js';

const FILES = { 'caicloud.yml': 'pre_build: { image: cyclone-test/busybox:1, commands: [true] }\n' };
const NAME = 'octo-org/hello';

let world: World;
beforeAll(async () => {
  world = await openWorld();
  await world.start();
}, 120_000);
afterAll(async () => {
  await world.close();
}, 60_000);

/** When GitHub has no answer to wait for: the event, what was answered. */
const answers = (): Promise<readonly [string, string][]> =>
  world.github.waitFor(() => {
    const all = world.github.deliveries.all();
    if (all.some(({ response }) => response === undefined)) return undefined;
    return all.map(({ event, action, response }) => [`${event} ${action ?? ''}`, response?.status ?? '']);
  });

/** Only what was not taken, so that a failure names it. */
const refused = async () => (await answers()).filter(([, status]) => status !== 'OK');

/** Everything that people do with a pull request, whether a run comes of it or not. */
async function workOnPulls(): Promise<void> {
  const { pulls, comments, checks, issues, queue } = world.github;
  const fork = await pulls.open(NAME, { from: 'theirs', fork: 'mallory', files: { t: 't' }, draft: true });
  await pulls.ready(fork);
  await pulls.push(fork, { files: { t: 'tt' } });
  const ours = await pulls.open(NAME, { from: 'ours', files: { o: 'o' } });
  await pulls.edit(ours, { title: 'Better', body: '/test' });
  await pulls.draft(ours);
  await pulls.close(ours);
  await pulls.reopen(ours);
  for (const on of [fork, ours, issues.open(NAME, 'It does not work')]) {
    const comment = comments.add(on, 'stranger', 'Is this /test?\n```\n/cancel\n```');
    comments.edit(comment, '/test');
    comments.remove(comment);
    comments.add(on, 'dependabot[bot]', '/test');
  }
  const built = await world.concluded(NAME, ours.head.sha);
  const check = built.get('cyclone');
  if (check === undefined) throw new Error('no check');
  await checks.rerequestAll(check);
  await queue.leave(await queue.enqueue(ours), 'dequeued');
  await pulls.merge(ours);
  world.github.repositories.remove('mallory/hello');
  await pulls.close(fork, 'octocat');
}

test('whatever GitHub tells is taken, and the next push is built', async () => {
  const { github } = world;
  await gitPush(github, { repository: NAME, files: FILES });
  await workOnPulls();
  const { installation, installations, repositories } = github;
  await github.removeBranch(NAME, 'ours');
  repositories.setPrivate(NAME, true);
  await repositories.setDefaultBranch(NAME, 'main');
  repositories.rename(NAME, 'renamed');
  installations.suspend(installation);
  installations.unsuspend(installation);
  installations.accept(installation);
  await gitPush(github, { repository: 'octo-org/other', files: FILES });
  installations.take('octo-org/other');
  repositories.transfer('octo-org/other', 'nobody-org');
  installations.uninstall(installation);
  installations.install('octo-org');
  expect(await refused()).toEqual([]);

  const sha = await github.push('octo-org/renamed', { files: { 'last.txt': 'x\n' } });
  const checks = await world.concluded('octo-org/renamed', sha);
  expect(conclusions(checks)).toEqual({ cyclone: 'success', 'cyclone/pre_build': 'success' });
  expect(await refused()).toEqual([]);
  github.expectClean();
}, 180_000);
