import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { fork } from './commits.js';
import type { HouseOptions } from './house.js';
import { type Ground, type House, newGround, openHouse, repository, TWO_STAGES } from './house.js';

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

const head = (sha: string, association = 'NONE'): void =>
  ground.pulls.put({ number: 5, sha, fork: true, association });
const comes = async (sha: string, before?: string): Promise<void> => {
  head(sha);
  await house.intake(fork(sha, before === undefined ? {} : { before }));
};
/** The clock of the house counts thousands: later than all that is stored. */
const LATER = 1_000_000;
const ask = { repository, pull: 5, by: 'alice', at: LATER };
const conclusion = async (run = 1): Promise<unknown> => (await house.run(run)).progress.run;
const WAITS = { status: 'completed', conclusion: 'action_required' };

describe("a stranger's commit", () => {
  test.each([
    ['the event', `on: { push: }\n${TWO_STAGES}`, 'opened'],
    ['the commit', TWO_STAGES, 'wip [skip ci]'],
  ])('that %s leaves out is run by nobody who has not named it', async (_, file, message) => {
    ground.files.files.set('caicloud.yml', file);
    ground.history.messages.set(A, message);
    await comes(A);
    expect(await conclusion()).toMatchObject({ conclusion: 'skipped' });
    for (const verdict of [await house.operations.test(ask, []), await house.operations.retest(ask)]) {
      expect(verdict).toMatchObject({
        kind: 'refused',
        words: expect.stringContaining('/ok-to-test aaaaaaa'),
      });
    }
    expect(ground.queue.waiting()).toEqual([]);
    expect(await house.operations.allow(ask, 'aaaaaaa')).toMatchObject({ kind: 'done', runs: [1] });
    const { progress, trusted } = await house.run();
    expect(progress).toMatchObject({ run: { status: 'queued' }, allowed: { by: 'alice' } });
    expect(trusted).toBe(false);
    expect(ground.queue.waiting()).toHaveLength(1);
  });

  test('that was a draft waits when it is ready', async () => {
    await house.close();
    house = await openHouse(ground, { policy: { drafts: false } });
    ground.pulls.put({ number: 5, sha: A, fork: true, draft: true });
    await house.intake(fork(A));
    expect(await conclusion()).toMatchObject({ conclusion: 'skipped' });
    head(A);
    await house.intake(fork(A, { action: 'ready_for_review' }));
    expect(await conclusion()).toMatchObject(WAITS);
    expect(ground.queue.waiting()).toEqual([]);
    expect((await house.operations.allow(ask, undefined)).kind).toBe('done');
    expect(ground.queue.waiting()).toHaveLength(1);
  });

  test('waits, with nothing planned, and says what to do', async () => {
    await comes(A);
    expect(await conclusion()).toMatchObject({
      ...WAITS,
      reason:
        'this pull request comes from a fork. Someone with write access can comment /ok-to-test aaaaaaa',
    });
    expect((await house.run()).plan.stages).toEqual([]);
    expect(ground.queue.waiting()).toEqual([]);
  });

  test('that nobody needs to wait for says at once that its file is broken, or that nothing runs', async () => {
    ground.files.files.set('caicloud.yml', 'pre_build: [');
    await comes(A);
    expect(await conclusion()).toMatchObject({ conclusion: 'failure' });
    ground.files.files.set('caicloud.yml', `on: { push: }\n${TWO_STAGES}`);
    await comes(B, A);
    expect(await conclusion(2)).toMatchObject({ conclusion: 'skipped' });
  });

  test('runs when it was allowed; who did it is remembered, and its checks are wanted', async () => {
    await comes(A);
    expect(await house.operations.allow(ask, 'aaaaaaa')).toMatchObject({ kind: 'done', runs: [1] });
    const { progress, plan, trusted } = await house.run();
    expect(progress).toMatchObject({ run: { status: 'queued' }, allowed: { by: 'alice' } });
    expect(plan.stages.map(({ id }) => id)).toEqual(['pre_build', 'integration']);
    expect(trusted).toBe(false);
    expect(ground.queue.waiting()).toHaveLength(1);
    expect((await house.checks.dirtyOf(1)).map(({ key }) => key)).toEqual([
      'cyclone',
      'pre_build',
      'integration',
    ]);
  });

  test('is allowed once, however often it is said', async () => {
    await comes(A);
    await Promise.all([house.operations.allow(ask, undefined), house.operations.allow(ask, undefined)]);
    await house.operations.allow(ask, undefined);
    expect(ground.queue.waiting()).toHaveLength(1);
  });

  test('that was allowed does not let the next one run', async () => {
    await comes(A);
    await house.operations.allow(ask, undefined);
    await comes(B, A);
    expect(await conclusion(2)).toMatchObject(WAITS);
    expect(await conclusion(1)).toMatchObject({ conclusion: 'cancelled', reason: 'superseded by bbbbbbb' });
  });

  test('is not run by hand, nor again, nor by its button once the head has moved', async () => {
    await comes(A);
    for (const verdict of [
      await house.operations.test(ask, []),
      await house.operations.retest(ask),
      await house.operations.rerun(1, [], 'alice'),
    ]) {
      expect(verdict).toMatchObject({
        kind: 'refused',
        words: expect.stringContaining('/ok-to-test aaaaaaa'),
      });
    }
    head(B);
    expect(await house.operations.allowRun(1, 'alice')).toMatchObject({
      kind: 'refused',
      words:
        'The head of the pull request is bbbbbbb now, and not aaaaaaa: look at it, and say /ok-to-test bbbbbbb.',
    });
    expect(ground.queue.waiting()).toEqual([]);
  });

  test('never publishes nor deploys, whatever its file says', async () => {
    ground.files.files.set(
      'caicloud.yml',
      'build: { context_dir: . }\npublish: { when: { event: pull_request } }\nstages: { out: { image: busybox, privileged: true, commands: ["true"] } }\n',
    );
    await house.close();
    house = await openHouse(ground, { policy: { trustedRepositories: ['*/*'] } });
    await comes(A);
    await house.operations.allow(ask, undefined);
    const { plan } = await house.run();
    const of = (id: string) => plan.stages.find((stage) => stage.id === id);
    expect(of('publish')?.skip?.message).toBe('publish never runs for a fork');
    expect(of('out')?.refusals).toContain('privileged');
  });

  test('gets no password of a registry, not even to be masked', async () => {
    await house.close();
    house = await openHouse(ground, {
      registries: { 'registry.example': { username: 'u', password: 'hunter22' } },
    });
    await comes(A);
    await house.operations.allow(ask, undefined);
    expect(JSON.stringify(await house.lease(1, 'chain', 'w1'))).not.toContain('hunter22');
  });
});

describe('an approval', () => {
  test.each<[string, number, string | undefined, boolean]>([
    ['without a commit, of what was there before', LATER, undefined, true],
    ['without a commit, of what came in that moment', 1, undefined, false],
    ['of the head, by seven digits', 1, 'aaaaaaa', true],
    ['of the head, by all of them', 1, A, true],
    ['of fewer digits', 1, 'aaaaaa', false],
    ['of another commit', 1, 'bbbbbbb', false],
    ['of no commit', 1, 'main', false],
  ])('%s', async (_, at, sha, holds) => {
    await comes(A);
    const verdict = await house.operations.allow({ ...ask, at }, sha);
    expect(verdict.kind).toBe(holds ? 'done' : 'refused');
    expect(ground.queue.waiting()).toHaveLength(holds ? 1 : 0);
  });

  test('without a commit is refused when the head moved since, and names where to', async () => {
    await comes(A);
    const seen = (await house.run()).createdAt + 1;
    await comes(B, A);
    const verdict = await house.operations.allow({ ...ask, at: seen }, undefined);
    expect(verdict).toMatchObject({ kind: 'refused', words: expect.stringContaining('/ok-to-test bbbbbbb') });
    expect(ground.queue.waiting()).toEqual([]);
  });

  test('without a commit is of the head that was shown, also where that was pushed back to', async () => {
    await comes(A);
    await comes(B, A);
    const between = (await house.run(2)).createdAt + 1;
    await comes(A, B);
    head(B);
    expect(await house.operations.allow(ask, undefined)).toMatchObject({
      kind: 'refused',
      words: expect.stringContaining('/ok-to-test bbbbbbb'),
    });
    head(A);
    expect((await house.operations.allow({ ...ask, at: between }, undefined)).kind).toBe('refused');
    expect(ground.queue.waiting()).toEqual([]);
    expect(await house.operations.allow(ask, undefined)).toMatchObject({ kind: 'done', runs: [1] });
    head(B);
    expect((await house.operations.allow(ask, undefined)).kind).toBe('refused');
  });

  test('of a commit that GitHub knows and we do not is refused', async () => {
    await comes(A);
    head(B);
    expect((await house.operations.allow(ask, undefined)).kind).toBe('refused');
    expect((await house.operations.allow(ask, 'bbbbbbb')).kind).toBe('refused');
  });

  test('is nothing for a closed pull request, nor for one of the repository itself', async () => {
    await comes(A);
    ground.pulls.put({ number: 5, sha: A, fork: true, state: 'closed' });
    expect((await house.operations.allow(ask, undefined)).kind).toBe('refused');
    ground.pulls.put({ number: 5, sha: A });
    expect((await house.operations.allow(ask, undefined)).kind).toBe('refused');
  });
});

describe.each<[NonNullable<HouseOptions['policy']>['forkApproval'], Record<string, boolean>]>([
  [
    'always',
    { NONE: false, FIRST_TIMER: false, CONTRIBUTOR: false, COLLABORATOR: false, MEMBER: false, OWNER: false },
  ],
  [
    'first-time',
    { NONE: false, FIRST_TIME_CONTRIBUTOR: false, CONTRIBUTOR: true, MEMBER: true, OWNER: true },
  ],
  ['outside', { NONE: false, CONTRIBUTOR: false, COLLABORATOR: true, MEMBER: true, OWNER: true }],
])('where approval is asked for %s', (forkApproval, expected) => {
  test.each(Object.entries(expected))('%s runs at once: %s', async (association, runs) => {
    await house.close();
    house = await openHouse(ground, { policy: { forkApproval: forkApproval ?? 'always' } });
    head(A, association);
    await house.intake(fork(A));
    expect(ground.queue.waiting()).toHaveLength(runs ? 1 : 0);
  });
});
