import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Trigger } from '../../src/pipeline/model.js';
import { pull, pushTo } from './commits.js';
import { type Ground, type House, newGround, openHouse, TWO_STAGES } from './house.js';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);

let ground: Ground;
let house: House;
beforeEach(async () => {
  ground = await newGround({ 'caicloud.yml': TWO_STAGES });
  house = await openHouse(ground);
});
afterEach(async () => {
  await house.close();
  await ground.clear();
});

const file = (text: string): void => void ground.files.files.set('caicloud.yml', text);
const scopes = async (): Promise<Record<string, string>> => {
  const { runs } = await house.store.list({ publicOnly: false, limit: 100, offset: 0 });
  return Object.fromEntries(
    runs.map(({ scope, trigger, progress: { run } }) => [
      `${scope} ${trigger.sha[0] ?? ''}`,
      run.status === 'completed' ? run.conclusion : run.status,
    ]),
  );
};
/** Both deliveries of one commit, in either order. */
const orders = <T>(one: T, other: T): readonly (readonly [string, readonly T[]])[] => [
  ['the push first', [one, other]],
  ['the pull request first', [other, one]],
];
const open = (sha = A, more: Partial<Parameters<typeof ground.pulls.put>[0]> = {}): void =>
  ground.pulls.put({ number: 5, sha, ...more });

describe.each(orders(pushTo('feature', A), pull(A)))(
  'a commit of a branch with a pull request, %s',
  (_, both) => {
    beforeEach(() => open());
    const deliver = async (): Promise<void> => {
      for (const event of both) await house.intake(event);
    };

    test('runs once, for the pull request', async () => {
      await deliver();
      expect(await scopes()).toEqual({ 'pull:5 a': 'queued' });
      expect(ground.queue.waiting()).toHaveLength(1);
    });

    test('runs once, for the push, where the file leaves pull requests out', async () => {
      file(`on: { push: }\n${TWO_STAGES}`);
      await deliver();
      expect((await scopes())['branch:feature a']).toBe('queued');
      expect(ground.queue.waiting()).toHaveLength(1);
    });

    test('runs once, for the pull request, where the file leaves pushes out', async () => {
      file(`on: { pull_request: }\n${TWO_STAGES}`);
      await deliver();
      expect((await scopes())['pull:5 a']).toBe('queued');
      expect(ground.queue.waiting()).toHaveLength(1);
    });

    test('runs for the push where no stage is for pull requests', async () => {
      file('integration: { image: busybox, commands: ["true"], when: { event: push } }\n');
      await deliver();
      expect((await scopes())['branch:feature a']).toBe('queued');
    });

    test('is told of once where nothing runs at all', async () => {
      file(`on: { merge_group: }\n${TWO_STAGES}`);
      await deliver();
      expect(Object.values(await scopes())).toEqual(['skipped']);
    });

    test('tells of a broken file once', async () => {
      file('pre_build: [');
      await deliver();
      expect(await scopes()).toEqual({ 'pull:5 a': 'failure' });
    });

    test('does not run where the commit says so, of which a payload of a pull request knows nothing', async () => {
      ground.history.messages.set(A, 'typo [skip ci]');
      for (const event of both) {
        const message = event.trigger.event === 'push' ? 'typo [skip ci]' : '';
        await house.intake({ ...event, trigger: { ...event.trigger, message } });
      }
      expect(Object.values(await scopes())).toEqual(['skipped']);
    });
  },
);

describe('a pull request that is opened on what its branch runs', () => {
  test('does not run the same again', async () => {
    await house.intake(pushTo('feature', A));
    open();
    await house.intake(pull(A, { action: 'opened' }));
    expect(await scopes()).toEqual({ 'branch:feature a': 'queued' });
    expect((await house.enquiries.ofPull((await house.run()).repository, 5))?.id).toBe(1);
  });

  test('runs where it runs something else, and ends the run of the branch', async () => {
    file(`${TWO_STAGES}post_build: { image: busybox, commands: ["true"], when: { event: pull_request } }\n`);
    await house.intake(pushTo('feature', A));
    open();
    await house.intake(pull(A, { action: 'opened' }));
    expect(await scopes()).toEqual({ 'branch:feature a': 'cancelled', 'pull:5 a': 'queued' });
    expect((await house.run(1)).progress.run).toMatchObject({ reason: 'pull request 5 runs this commit' });
  });

  test('to yet another base does not run it again, and is answered for by the first', async () => {
    open();
    await house.intake(pull(A));
    ground.pulls.put({ number: 6, sha: A, base: 'dev' });
    await house.intake(pull(A, { pullRequest: 6, base: 'dev', ref: 'refs/pull/6/head' }, 'six'));
    expect(await scopes()).toEqual({ 'pull:5 a': 'queued' });
    expect((await house.enquiries.ofPull((await house.run()).repository, 6))?.id).toBe(1);
  });

  test('from the default branch runs once, whichever comes first', async () => {
    ground.pulls.put({ number: 5, sha: A, headRef: 'main', base: 'release' });
    await house.intake(pull(A, { branch: 'main', base: 'release' }));
    await house.intake(pushTo('main', A));
    expect(await scopes()).toEqual({ 'pull:5 a': 'queued' });
  });

  test('and pushed to another branch as it is runs there too: caches are kept by branch', async () => {
    open();
    await house.intake(pull(A));
    await house.intake(pushTo('main', A));
    expect(await scopes()).toEqual({ 'pull:5 a': 'queued', 'branch:main a': 'queued' });
  });

  test('runs where the run of the branch was cancelled', async () => {
    await house.intake(pushTo('feature', A));
    await house.cancel(1, 'by alice');
    open();
    await house.intake(pull(A, { action: 'opened' }));
    expect((await scopes())['pull:5 a']).toBe('queued');
  });
});

describe('a draft', () => {
  test('runs like others', async () => {
    open(A, { draft: true });
    await house.intake(pull(A));
    expect(await scopes()).toEqual({ 'pull:5 a': 'queued' });
  });

  test('does not run, nor does its push, where the server says so; and does when it is ready', async () => {
    await house.close();
    house = await openHouse(ground, { policy: { drafts: false } });
    open(A, { draft: true });
    await house.intake(pull(A));
    await house.intake(pushTo('feature', A));
    expect(await scopes()).toEqual({ 'pull:5 a': 'skipped' });
    open();
    await house.intake(pull(A, { action: 'ready_for_review' }, 'ready'));
    expect(await scopes()).toEqual({ 'pull:5 a': 'queued' });
    expect(ground.queue.waiting()).toHaveLength(1);
  });
});

test('a pull request to another base begins where it was left out before', async () => {
  file(`on: { pull_request: { branches: [main] } }\n${TWO_STAGES}`);
  open(A, { base: 'dev' });
  await house.intake(pull(A, { base: 'dev' }));
  expect(await scopes()).toEqual({ 'pull:5 a': 'skipped' });
  open();
  await house.intake(pull(A, { action: 'edited', base: 'main' }, 'edited'));
  expect(await scopes()).toEqual({ 'pull:5 a': 'queued' });
});

test('a group of the merge queue has a run of its own, which ends with the group', async () => {
  const ref = 'refs/heads/gh-readonly-queue/main/pr-5-abc';
  const trigger: Partial<Trigger> = {
    event: 'merge_group',
    ref,
    branch: 'gh-readonly-queue/main/pr-5-abc',
    base: 'main',
  };
  await house.intake(pushTo('ignored', B, trigger));
  expect(await scopes()).toEqual({ [`merge_group:${ref} b`]: 'queued' });
  const { repository } = await house.run();
  await house.receive({ kind: 'ref_gone', delivery: 'gone', repository, ref, by: 'alice' });
  expect((await house.run()).progress.run).toMatchObject({ conclusion: 'cancelled' });
});
