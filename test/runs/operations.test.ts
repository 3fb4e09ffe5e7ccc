import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { numbered, stageStatuses } from '../pipeline/examples.js';
import { pull, pushTo } from './commits.js';
import { type Ground, type House, newGround, openHouse, repository, TWO_STAGES } from './house.js';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const ask = { repository, pull: 5, by: 'alice', at: 1_000_000 };

let ground: Ground;
let house: House;
beforeEach(async () => {
  ground = await newGround({ 'caicloud.yml': TWO_STAGES });
  house = await openHouse(ground);
  ground.pulls.put({ number: 5, sha: A });
});
afterEach(async () => {
  await house.close();
  await ground.clear();
});

const failure = { kind: 'failed', failure: { code: 'exit', message: '', exitCode: 1 } } as const;
const states = async (run = 1) => stageStatuses((await house.run(run)).progress);

/** The run of the pull request, to its end. */
async function runTo(outcome: 'passed' | 'failed'): Promise<void> {
  await house.intake(pull(A));
  await house.lease(1, 'chain', 'w1');
  const first = outcome === 'passed' ? ({ kind: 'passed' } as const) : failure;
  await house.advance.reported([
    numbered({ type: 'job_started', worker: 'w1' }, 1),
    numbered({ type: 'stage_ended', stage: 'pre_build', outcome: first, facts: {} }, 2),
    numbered({ type: 'stage_ended', stage: 'integration', outcome: { kind: 'passed' }, facts: {} }, 3),
    numbered({ type: 'job_ended' }, 4),
  ]);
}

describe('testing', () => {
  test('runs a head that has not run', async () => {
    expect(await house.operations.test(ask, [])).toEqual({
      kind: 'done',
      words: 'aaaaaaa runs: run 1.',
      runs: [1],
    });
    expect(ground.queue.waiting()).toHaveLength(1);
  });

  test('runs all again when it is over, and one stage with those behind it', async () => {
    await runTo('passed');
    expect(await house.operations.test(ask, ['integration'])).toMatchObject({ kind: 'done', runs: [1] });
    expect(await states()).toEqual({ pre_build: 'passed', integration: 'queued' });
    expect((await house.run()).progress.jobs).toMatchObject([
      { attempt: 2, status: 'enqueued', worker: 'w1' },
    ]);
    expect([...house.notes.lines]).toEqual(['1/integration#2 — run again by alice —']);
  });

  test('the same request twice, as after a crash, runs once', async () => {
    await runTo('passed');
    await house.operations.test(ask, ['integration']);
    const before = await house.run();
    expect((await house.operations.test(ask, ['integration'])).kind).toBe('done');
    expect(await house.run()).toEqual(before);
  });

  test('is refused while it runs, and for a stage that there is not', async () => {
    await house.intake(pull(A));
    expect(await house.operations.test(ask, [])).toMatchObject({
      kind: 'refused',
      words: 'Run 1: pre_build, integration have not run yet. Try again when it is over.',
    });
    expect(await house.operations.test(ask, ['integratoin'])).toMatchObject({
      words: 'There is no stage integratoin. Did you mean integration?',
    });
  });

  test('runs what the file or the commit leaves out: a person stands above both', async () => {
    ground.files.files.set('caicloud.yml', `on: { merge_group: }\n${TWO_STAGES}`);
    ground.history.messages.set(A, 'wip [skip ci]');
    await house.intake(pull(A));
    expect((await house.run()).progress.run).toMatchObject({ conclusion: 'skipped' });
    expect((await house.operations.test(ask, [])).kind).toBe('done');
    expect(await states()).toEqual({ pre_build: 'queued', integration: 'queued' });
  });

  test('finds the run of the branch, where that is the one', async () => {
    ground.pulls.pulls.clear();
    await house.intake(pushTo('feature', A));
    ground.pulls.put({ number: 5, sha: A });
    expect((await house.enquiries.ofPull(repository, 5))?.scope).toBe('branch:feature');
    ground.pulls.put({ number: 5, sha: B });
    expect(await house.enquiries.ofPull(repository, 5)).toBeUndefined();
  });

  test('of a closed pull request is refused', async () => {
    ground.pulls.put({ number: 5, sha: A, state: 'closed' });
    expect((await house.operations.test(ask, [])).kind).toBe('refused');
  });

  test('of a commit without a file says so', async () => {
    ground.files.files.clear();
    expect(await house.operations.test(ask, [])).toMatchObject({
      kind: 'refused',
      words: expect.stringContaining('Dockerfile'),
    });
  });
});

describe('running again what failed', () => {
  test('leaves what passed', async () => {
    await runTo('failed');
    expect(await states()).toEqual({ pre_build: 'failed', integration: 'skipped' });
    expect((await house.operations.retest(ask)).kind).toBe('done');
    expect(await states()).toEqual({ pre_build: 'queued', integration: 'queued' });
  });

  test('is refused where nothing did', async () => {
    await runTo('passed');
    expect(await house.operations.retest(ask)).toEqual({
      kind: 'refused',
      words: 'Nothing failed in run 1.',
    });
  });
});

describe('one run by itself', () => {
  test.each(['al', 'a-name-as-long-as-githubs-names-can-be-1'])('runs again whenever %s asks', async (by) => {
    await house.intake(pull(A));
    for (let time = 1; time <= 60; time += 1) {
      await house.cancel(1, 'by bob');
      expect((await house.operations.rerun(1, [], by)).kind).toBe('done');
      expect([time, await states()]).toEqual([time, { pre_build: 'queued', integration: 'queued' }]);
    }
  });
});

describe('cancelling', () => {
  test('ends what runs of the pull request, and says who', async () => {
    await house.intake(pull(A));
    expect(await house.operations.cancelPull(ask)).toMatchObject({ kind: 'done', runs: [1] });
    expect((await house.run()).progress.run).toMatchObject({ reason: 'by alice' });
    expect((await house.operations.cancelPull(ask)).kind).toBe('refused');
  });
});

describe('starting by hand', () => {
  beforeEach(() => {
    ground.history.heads.set('main', { sha: B, message: 'Say hello\n\nwith [skip ci]' });
  });

  test('runs the head of a branch, whatever its words; and again when it is over', async () => {
    expect(await house.operations.start(repository, 'main', 'alice')).toMatchObject({
      kind: 'done',
      runs: [1],
    });
    expect((await house.run()).trigger).toMatchObject({
      event: 'manual',
      sha: B,
      branch: 'main',
      title: 'Say hello',
    });
    expect((await house.operations.start(repository, 'refs/heads/main', 'alice')).kind).toBe('refused');
    await house.cancel(1, 'by bob');
    expect((await house.operations.start(repository, 'main', 'alice')).kind).toBe('done');
    expect(await states()).toEqual({ pre_build: 'queued', integration: 'queued' });
  });

  test('begins anew each time', async () => {
    for (let time = 1; time <= 60; time += 1) {
      expect((await house.operations.start(repository, 'main', 'alice')).kind).toBe('done');
      expect([time, await states()]).toEqual([time, { pre_build: 'queued', integration: 'queued' }]);
      await house.cancel(1, 'by bob');
    }
  });

  test('of a branch that is not there says so', async () => {
    expect(await house.operations.start(repository, 'nope', 'alice')).toEqual({
      kind: 'refused',
      words: 'There is no nope.',
    });
  });
});
