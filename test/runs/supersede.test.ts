import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { numbered } from '../pipeline/examples.js';
import { pull, pushTo } from './commits.js';
import { delivery, type Ground, type House, newGround, openHouse, repository, TWO_STAGES } from './house.js';

const [A, B, C] = ['a', 'b', 'c'].map((digit) => digit.repeat(40)) as [string, string, string];

let ground: Ground;
let house: House;
beforeEach(async () => {
  ground = await newGround({ 'caicloud.yml': TWO_STAGES });
  house = await openHouse(ground);
  ground.history.heads.set('main', { sha: C, message: '' });
});
afterEach(async () => {
  await house.close();
  await ground.clear();
});

const FIRST = pushTo('main', A);
const SECOND = pushTo('main', B, { before: A });
const THIRD = pushTo('main', C, { before: B });

/** By the first digit of the commit, what became of its run. */
const fates = async (): Promise<Record<string, string>> => {
  const { runs } = await house.store.list({ publicOnly: false, limit: 100, offset: 0 });
  return Object.fromEntries(
    runs.map(({ trigger, progress: { run } }) => [
      trigger.sha[0] ?? '',
      run.status === 'completed' ? run.reason : run.status,
    ]),
  );
};

describe('pushes to one branch', () => {
  test.each([
    ['in order', [FIRST, SECOND, THIRD]],
    ['the newest first', [THIRD, SECOND, FIRST]],
    ['the newest in the middle', [FIRST, THIRD, SECOND]],
    ['the oldest in the middle', [SECOND, FIRST, THIRD]],
    ['shuffled', [THIRD, FIRST, SECOND]],
    ['each twice', [FIRST, FIRST, SECOND, THIRD, SECOND, FIRST, THIRD]],
  ])('%s: the newest runs, and each other says what came after it', async (_, events) => {
    for (const event of events) await house.intake(event);
    const after = await fates();
    expect(after['c']).toBe('queued');
    expect([after['a'], after['b']]).toEqual([
      expect.stringMatching(/^superseded by (?:bbbbbbb|ccccccc)$/),
      'superseded by ccccccc',
    ]);
    // Nothing that is over is before the workers but what was there before.
    expect(await house.store.unfinished()).toHaveLength(1);
  });

  test('at once: the newest runs', async () => {
    await Promise.all([THIRD, FIRST, SECOND].map((event) => house.intake(event)));
    expect((await fates())['c']).toBe('queued');
    expect(await house.store.unfinished()).toHaveLength(1);
  });

  test('that follow each other ask GitHub nothing', async () => {
    for (const event of [FIRST, SECOND, THIRD]) await house.intake(event);
    expect(ground.history.asked).toEqual([]);
    expect(ground.pulls.asked).toEqual([]);
  });

  test('stand beside those of another, and beside a tag', async () => {
    await house.intake(FIRST);
    await house.intake(pushTo('dev', B));
    await house.intake(delivery({ event: 'tag', tag: 'v1', ref: 'refs/tags/v1', sha: C }));
    expect(Object.values(await fates())).toEqual(['queued', 'queued', 'queued']);
  });

  test('all run where the server says so', async () => {
    await house.close();
    house = await openHouse(ground, { policy: { supersede: false } });
    for (const event of [FIRST, THIRD, SECOND]) await house.intake(event);
    expect(Object.values(await fates())).toEqual(['queued', 'queued', 'queued']);
  });

  test('back to an earlier commit run that one again', async () => {
    await house.intake(FIRST);
    await house.intake(SECOND);
    ground.history.heads.set('main', { sha: A, message: '' });
    await house.intake(pushTo('main', A, { before: B }, 'forced back'));
    expect(await fates()).toEqual({ a: 'queued', b: 'superseded by aaaaaaa' });
    // The first delivery, once more, finds it so.
    await house.intake(FIRST);
    expect(await fates()).toEqual({ a: 'queued', b: 'superseded by aaaaaaa' });
  });

  test('back to an earlier commit, heard of before the one that they go back from: that one does not run', async () => {
    ground.history.heads.set('main', { sha: A, message: '' });
    await house.intake(FIRST);
    await house.intake(pushTo('main', A, { before: B }, 'back'));
    await house.intake(SECOND);
    expect(await fates()).toEqual({ a: 'queued', b: 'superseded by aaaaaaa' });
  });

  test('leave a run alone that has begun to publish', async () => {
    ground.files.files.set(
      'caicloud.yml',
      `${TWO_STAGES}build: { context_dir: . }\npublish: { when: { event: push } }\n`,
    );
    await house.intake(FIRST);
    await house.lease(1, 'chain', 'w1');
    await house.advance.reported([numbered({ type: 'stage_started', stage: 'publish' }, 1)]);
    await house.intake(SECOND);
    expect(await fates()).toEqual({ a: 'in_progress', b: 'queued' });
    expect((await house.run()).progress).not.toHaveProperty('cancelledBy');
    expect(house.messages.cancelled).toEqual([]);
  });

  test('tell the worker that is at it', async () => {
    await house.intake(FIRST);
    await house.lease(1, 'chain', 'w1');
    await house.intake(SECOND);
    expect(house.messages.cancelled).toEqual([{ run: 1, by: 'superseded by bbbbbbb' }]);
  });
});

describe('what is gone', () => {
  const gone = (ref: string) =>
    house.receive({ kind: 'ref_gone', delivery: 'g', repository, ref, by: 'alice' });

  test('is a branch: its run ends', async () => {
    await house.intake(pushTo('dev', A));
    await gone('refs/heads/dev');
    expect(await fates()).toEqual({ a: 'branch dev was deleted' });
  });

  test('is a branch that was heard of too late: its commit does not run', async () => {
    await gone('refs/heads/dev');
    await house.intake(pushTo('dev', A));
    expect(await fates()).toEqual({ a: 'branch dev was deleted' });
  });

  test('is a branch that is made anew: its commit runs, and the next asks nothing', async () => {
    await gone('refs/heads/dev');
    ground.history.heads.set('dev', { sha: A, message: '' });
    await house.intake(pushTo('dev', A));
    const asked = ground.history.asked.length;
    await house.intake(pushTo('dev', B, { before: A }));
    expect(await fates()).toEqual({ a: 'superseded by bbbbbbb', b: 'queued' });
    expect(ground.history.asked).toHaveLength(asked);
  });

  test('is a pull request that was heard of too late: its commits do not run', async () => {
    ground.pulls.put({ number: 5, sha: B, state: 'closed' });
    await house.receive({ kind: 'pull_closed', delivery: 'c', repository, pull: 5, by: 'alice' });
    await house.intake(pull(A, { action: 'opened' }));
    await house.intake(pull(B, { before: A }));
    expect(await fates()).toEqual({ a: 'pull request closed', b: 'pull request closed' });
  });

  test('is a tag: its run ends', async () => {
    await house.intake(delivery({ event: 'tag', tag: 'v1', ref: 'refs/tags/v1', sha: A }));
    await gone('refs/tags/v1');
    expect(await fates()).toEqual({ a: 'tag v1 was deleted' });
  });

  test('is back meanwhile: what is there now goes on', async () => {
    await house.intake(THIRD);
    await gone('refs/heads/main');
    expect(await fates()).toEqual({ c: 'queued' });
  });

  test('is a pull request that was closed; reopened, it goes on', async () => {
    ground.pulls.put({ number: 5, sha: A });
    await house.intake(pull(A));
    ground.pulls.put({ number: 5, sha: A, state: 'closed' });
    await house.receive({ kind: 'pull_closed', delivery: 'c', repository, pull: 5, by: 'alice' });
    expect(await fates()).toEqual({ a: 'pull request closed' });
    ground.pulls.put({ number: 5, sha: A });
    await house.intake(pull(A, { action: 'reopened' }, 'reopened'));
    await house.intake(pull(A, { action: 'reopened' }, 'reopened'));
    expect(await fates()).toEqual({ a: 'queued' });
  });
});
