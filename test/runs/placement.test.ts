import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { numbered } from '../pipeline/examples.js';
import { delivery, type Ground, type House, newGround, openHouse } from './house.js';

const FILE = `pre_build: { image: busybox, commands: ["true"] }
integration: { image: busybox, commands: ["true"], runs_on: [gpu, arm64] }
`;

let ground: Ground;
let house: House;
beforeEach(async () => {
  ground = await newGround({ 'caicloud.yml': FILE });
  house = await openHouse(ground);
});
afterEach(async () => {
  await house.close();
  await ground.clear();
});

const states = async () => (await house.run()).progress.stages.map(({ state }) => state);
const queued = { status: 'queued' };
const waiting = { status: 'queued', waits: 'a worker with the labels arm64 and gpu: none is there' };

describe('a job with labels', () => {
  test('is queued for workers that have those of all its stages, and looked for there', async () => {
    await house.intake(delivery());
    expect(ground.queue.waiting()).toEqual(['1/chain/1+arm64+gpu']);
    await house.reconcile();
    expect(ground.queue.waiting()).toEqual(['1/chain/1+arm64+gpu']);
    expect(house.logger.messages).not.toContain('job was not in the queue: queued again');
  });

  test('says for whom it waits when nobody is there, once', async () => {
    ground.workers.there = [
      ['linux', 'arm64'],
      ['linux', 'amd64', 'gpu'],
    ];
    await house.intake(delivery());
    expect(await states()).toEqual([waiting, queued]);
    const told = house.changed.length;
    await house.placement.lookAll();
    expect(house.changed).toHaveLength(told);
  });

  test('says nothing when somebody is there', async () => {
    ground.workers.there = [['linux', 'arm64', 'gpu']];
    await house.intake(delivery());
    expect(await states()).toEqual([queued, queued]);
  });

  test('waits no more when a worker comes, and again when it goes', async () => {
    await house.intake(delivery());
    ground.workers.there = [['gpu', 'arm64']];
    await house.placement.lookAll();
    expect(await states()).toEqual([queued, queued]);
    ground.workers.there = [];
    await house.reconcile();
    expect(await states()).toEqual([waiting, queued]);
    expect(house.changed.at(-1)).toBe(1);
  });

  test('that a worker has waits for nobody, whoever else goes', async () => {
    await house.intake(delivery());
    await house.lease(1, 'chain', 'w1');
    expect(await states()).toEqual([queued, queued]);
    await house.reconcile();
    expect(await states()).toEqual([queued, queued]);
    ground.stream.report(numbered({ type: 'stage_started', stage: 'pre_build' }, 1));
    await ground.stream.settled();
    expect(await states()).toMatchObject([{ status: 'in_progress' }, queued]);
  });

  test('that is given back says so of the stage that is next', async () => {
    await house.intake(delivery());
    await house.lease(1, 'chain', 'w1');
    ground.stream.report(
      numbered({ type: 'stage_started', stage: 'pre_build' }, 1),
      numbered({ type: 'stage_ended', stage: 'pre_build', outcome: { kind: 'passed' }, facts: {} }, 2),
      numbered({ type: 'job_returned', reason: 'the worker is shutting down' }, 3),
    );
    await ground.stream.settled();
    expect(await states()).toMatchObject([{ status: 'completed' }, waiting]);
    expect(ground.queue.waiting()).toContain('1/chain/2+arm64+gpu');
  });
});

test('a job without labels is for anybody', async () => {
  ground.files.files.set('caicloud.yml', FILE.replace(', runs_on: [gpu, arm64]', ''));
  await house.intake(delivery());
  expect(ground.queue.waiting()).toEqual(['1/chain/1']);
  expect(await states()).toEqual([queued, queued]);
});

describe('a job that goes on where it was', () => {
  beforeEach(async () => {
    ground.files.files.set('caicloud.yml', FILE.replace(', runs_on: [gpu, arm64]', ''));
    ground.workers.there = [['worker-w1'], ['worker-w2']];
    await house.intake(delivery());
    await house.lease(1, 'chain', 'w1');
    ground.stream.report(
      numbered({ type: 'job_started', worker: 'w1' }, 1),
      numbered({ type: 'stage_ended', stage: 'pre_build', outcome: { kind: 'passed' }, facts: {} }, 2),
    );
    await ground.stream.settled();
  });

  const returned = async (): Promise<void> => {
    ground.stream.report(numbered({ type: 'job_returned', reason: 'it waits for others' }, 3));
    await ground.stream.settled();
  };
  const bound = '1/chain/2+worker-w1';

  test('is queued for the worker that had it, and looked for there', async () => {
    await returned();
    expect(ground.queue.waiting()).toContain(bound);
    await house.reconcile();
    expect(house.logger.messages).not.toContain('job was not in the queue: queued again');
    expect(await states()).toMatchObject([{ status: 'completed' }, queued]);
  });

  test('is queued for all when that worker is not there', async () => {
    ground.workers.there = [['worker-w2']];
    await returned();
    expect(ground.queue.waiting()).toContain('1/chain/2');
  });

  test('waits no more for a worker that goes', async () => {
    await returned();
    ground.workers.there = [['worker-w2']];
    await house.placement.lookAll();
    expect(ground.queue.waiting()).toContain('1/chain/3');
    expect(ground.queue.waiting()).not.toContain(bound);
    expect(await house.lease(1, 'chain', 'w2')).toMatchObject({ done: [{ stage: 'pre_build' }] });
  });

  test('is taken from a worker that died with it, and from none that holds it', async () => {
    await returned();
    await house.lease(1, 'chain', 'w1');
    ground.workers.there = [];
    ground.queue.inHand.add(bound);
    await house.placement.lookAll();
    expect(ground.queue.waiting()).toContain(bound);
    ground.queue.inHand.clear();
    await house.reconcile();
    expect(ground.queue.waiting()).not.toContain(bound);
    expect(ground.queue.waiting()).toContain('1/chain/3');
  });
});

test('a job whose image is on a worker that is not there says whose, and what to do', async () => {
  ground.files.files.set(
    'caicloud.yml',
    'build: { context_dir: . }\nstages: { smoke: { image: BUILT_IMAGE, commands: ["true"] } }\n',
  );
  await house.intake(delivery());
  await house.lease(1, 'chain', 'w1');
  const facts = { worker: 'w1', imageDigest: 'sha256:1' };
  ground.stream.report(
    numbered({ type: 'stage_ended', stage: 'build', outcome: { kind: 'passed' }, facts }, 1),
    numbered({ type: 'job_ended' }, 2),
  );
  await ground.stream.settled();
  const smoke = (await house.run()).progress.stages.find(({ id }) => id === 'smoke');
  expect(smoke?.state).toEqual({
    status: 'queued',
    waits:
      'the worker that has the image of build: it is not there; should it not come back, cancel the run and run build again',
  });
});
