import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { numbered, stageStatuses } from '../pipeline/examples.js';
import { delivery, type Ground, type House, newGround, openHouse, repository } from './house.js';

const A = 'a'.repeat(40);
const FILE = `pre_build:
  image: busybox
integration:
  image: busybox
post_build:
  image: busybox
stages:
  lint: { needs: [], image: busybox }
  unit:
    needs: [lint]
    matrix: { node: [20, 22] }
    image: busybox
  audit: { needs: [], image: busybox, when: { event: tag } }
`;

let ground: Ground;
let house: House;
beforeEach(async () => {
  ground = await newGround({ 'caicloud.yml': FILE });
  ground.history.heads.set('main', { sha: A, message: 'Say hello' });
  house = await openHouse(ground);
});
afterEach(async () => {
  await house.close();
  await ground.clear();
});

const start = (stages: readonly string[] = [], key?: string) =>
  house.operations.start(repository, 'main', 'alice', { stages, key });
const states = async () => stageStatuses((await house.run()).progress);

const NONE = {
  pre_build: 'skipped',
  integration: 'skipped',
  post_build: 'skipped',
  lint: 'skipped',
  'unit (node=20)': 'skipped',
  'unit (node=22)': 'skipped',
  audit: 'skipped',
};

test('a name means all its cells, and what they need runs too', async () => {
  expect((await start(['unit'])).kind).toBe('done');
  expect(await states()).toEqual({
    ...NONE,
    lint: 'queued',
    'unit (node=20)': 'queued',
    'unit (node=22)': 'queued',
  });
  expect(ground.queue.waiting()).toHaveLength(1);
});

test('of the chain, what stands before it; the worker is not sent behind it', async () => {
  await start(['pre_build']);
  expect(await states()).toEqual({ ...NONE, pre_build: 'queued' });
  const lease = await house.lease(1, 'chain', 'w1');
  expect(lease).toMatchObject({ job: { stages: ['pre_build'] }, done: [] });
  await house.advance.reported([
    numbered({ type: 'job_started', worker: 'w1' }, 1),
    numbered({ type: 'stage_ended', stage: 'pre_build', outcome: { kind: 'passed' }, facts: {} }, 2),
    numbered({ type: 'job_ended' }, 3),
  ]);
  expect((await house.run()).progress.run).toMatchObject({ conclusion: 'success', reason: '1 passed' });
});

test('what was not asked for can be asked for later, with what it needs', async () => {
  await start(['pre_build']);
  await house.operations.cancel(1, 'alice');
  expect((await start(['unit (node=22)'])).kind).toBe('done');
  expect(await states()).toEqual({
    ...NONE,
    pre_build: 'cancelled',
    lint: 'queued',
    'unit (node=22)': 'queued',
  });
});

test('and one that runs again takes nothing with it that was not asked for', async () => {
  await start(['pre_build']);
  await house.operations.cancel(1, 'alice');
  await house.operations.rerun(1, ['pre_build'], 'alice');
  expect(await states()).toEqual({ ...NONE, pre_build: 'queued' });
});

const ALL = {
  integration: 'queued',
  post_build: 'skipped',
  lint: 'queued',
  'unit (node=20)': 'queued',
  'unit (node=22)': 'queued',
  audit: 'skipped',
};

test('a push of the commit runs all that nobody had asked for, once', async () => {
  await start(['lint']);
  await house.intake(delivery({ sha: A }));
  expect(await states()).toEqual({ ...ALL, pre_build: 'queued' });
  const before = await house.run();
  await house.intake(delivery({ sha: A }));
  expect(await house.run()).toEqual(before);
});

test('while a worker is at what stands before it, when that is over', async () => {
  await start(['pre_build']);
  await house.lease(1, 'chain', 'w1');
  await house.advance.reported([numbered({ type: 'stage_started', stage: 'pre_build' }, 1)]);
  await house.intake(delivery({ sha: A }));
  expect(await states()).toEqual({ ...NONE, pre_build: 'in_progress' });
  const ended = { type: 'stage_ended', stage: 'pre_build', outcome: { kind: 'passed' }, facts: {} } as const;
  await house.advance.reported([numbered(ended, 2), numbered({ type: 'job_ended' }, 3)]);
  expect(await states()).toEqual({ ...ALL, pre_build: 'passed' });
  expect(house.completed).toEqual([]);
  expect(await house.lease(1, 'chain', 'w1')).toMatchObject({
    job: { stages: ['pre_build', 'integration'] },
    done: [{ stage: 'pre_build' }],
  });
});

test('not when it was cancelled meanwhile; another push runs it', async () => {
  await start(['pre_build']);
  await house.lease(1, 'chain', 'w1');
  await house.advance.reported([numbered({ type: 'stage_started', stage: 'pre_build' }, 1)]);
  await house.intake(delivery({ sha: A }));
  await house.operations.cancel(1, 'alice');
  const ended = {
    type: 'stage_ended',
    stage: 'pre_build',
    outcome: { kind: 'cancelled', by: 'alice' },
  } as const;
  await house.advance.reported([numbered({ ...ended, facts: {} }, 2), numbered({ type: 'job_ended' }, 3)]);
  expect(await states()).toEqual({ ...NONE, pre_build: 'cancelled' });
  await house.intake(delivery({ sha: A }, 'd2'));
  expect(await states()).toEqual({ ...ALL, pre_build: 'queued' });
});

test('a pull request of the commit is not told by a run of a part of it', async () => {
  await start(['lint']);
  await house.intake(
    delivery({ sha: A, event: 'pull_request', pullRequest: 5, base: 'main', branch: 'main' }),
  );
  const all = await house.store.ofCommit(repository.id, A);
  expect(all).toHaveLength(2);
});

test.each([
  [['unti'], 'There is no stage unti. Did you mean unit?'],
  [['audit'], /^Stage audit does not run here: /],
])('%j is refused, and nothing is stored', async (stages, words) => {
  expect(await start(stages)).toMatchObject({ kind: 'refused', words: expect.stringMatching(words) });
  expect(await house.store.load(1)).toBeUndefined();
});

test('one key is one wish, for the first run of a commit and for the next', async () => {
  const first = await start([], 'deploy-7');
  expect(await start([], 'deploy-7')).toEqual(first);
  await house.operations.cancel(1, 'alice');
  const before = await house.run();
  expect((await start([], 'deploy-7')).kind).toBe('done');
  expect(await house.run()).toEqual(before);
  await start([], 'deploy-8');
  const again = await house.run();
  expect(again.progress.run.status).toBe('queued');
  await start([], 'deploy-8');
  expect(await house.run()).toEqual(again);
});

test('a run that its event left out begins with the stages that are asked for', async () => {
  ground.files.files.set('caicloud.yml', `on: { merge_group: }\n${FILE}`);
  await house.intake(delivery({ sha: A }));
  expect((await start(['lint'])).kind).toBe('done');
  expect(await states()).toEqual({ ...NONE, lint: 'queued' });
});
