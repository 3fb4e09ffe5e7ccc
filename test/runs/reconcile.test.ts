import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { numbered, stageStatuses } from '../pipeline/examples.js';
import { Death, entry } from './edges.js';
import { delivery, type Ground, type House, newGround, openHouse, TWO_STAGES } from './house.js';

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

/** The process is gone; another one comes up on what it left. */
async function restart(): Promise<void> {
  await house.close();
  house = await openHouse(ground);
  await house.reconcile();
}

const first = entry(1, 'chain', 1);
const second = entry(1, 'chain', 2);

describe('at the start', () => {
  test('a run that was stored and not queued is queued', async () => {
    house.logger.diesAt = 'run created';
    await expect(house.intake(delivery())).rejects.toThrow(Death);
    expect(ground.queue.entries.size).toBe(0);
    await restart();
    expect(ground.queue.waiting()).toEqual([first]);
    expect(house.changed).toContain(1);
  });

  test('a job that was marked and not queued is queued', async () => {
    ground.queue.dies = 'before';
    await expect(house.intake(delivery())).rejects.toThrow(Death);
    expect(ground.queue.waiting()).toEqual([]);
    await restart();
    expect(ground.queue.waiting()).toEqual([second]);
    expect((await house.run()).progress.jobs).toMatchObject([{ status: 'enqueued', attempt: 2 }]);
  });

  test('a job that was queued is left alone, whether or not its queueing was answered', async () => {
    ground.queue.dies = 'after';
    await expect(house.intake(delivery())).rejects.toThrow(Death);
    await restart();
    expect([...ground.queue.entries.keys()]).toEqual([first]);
  });

  test('a job that the queue has lost is queued again, once', async () => {
    await house.intake(delivery());
    ground.queue.entries.clear();
    await restart();
    await restart();
    expect([...ground.queue.entries.keys()]).toEqual([second]);
  });

  test('a job that the queue takes for done, and the run does not, is queued again', async () => {
    await house.intake(delivery());
    await house.lease(1, 'chain', 'w1');
    ground.queue.entries.set(first, 'completed');
    await restart();
    expect(ground.queue.waiting()).toEqual([second]);
  });

  test('a job that its worker gave back is queued again', async () => {
    await house.intake(delivery());
    await house.lease(1, 'chain', 'w1');
    ground.queue.dies = 'before';
    const back = numbered({ type: 'job_returned', reason: 'shutting down' }, 1);
    await expect(house.advance.reported([back])).rejects.toThrow(Death);
    await restart();
    expect((await house.run()).progress.jobs).toMatchObject([{ status: 'enqueued' }]);
    expect(ground.queue.waiting()).toHaveLength(2);
  });

  test('a job that the queue gave up while nobody listened ends its checks', async () => {
    await house.intake(delivery());
    ground.queue.entries.set(first, 'failed');
    await restart();
    expect((await house.run()).progress.run).toMatchObject({ status: 'completed', conclusion: 'failure' });
    expect(ground.queue.waiting()).toEqual([]);
  });

  test('a run that lacks nothing is not gone through again', async () => {
    await house.intake(delivery());
    const told = house.changed.length;
    await house.reconcile();
    expect(house.changed).toHaveLength(told);
    expect([...ground.queue.entries.keys()]).toEqual([first]);
  });

  test('a run that is over is left alone', async () => {
    await house.intake(delivery());
    await house.cancel(1, 'by alice');
    ground.queue.entries.clear();
    await restart();
    expect(ground.queue.entries.size).toBe(0);
  });
});

describe('a job that the queue gave up', () => {
  test('leaves no stage open, and says why', async () => {
    await house.intake(delivery());
    await house.lease(1, 'chain', 'w1');
    await house.advance.reported([numbered({ type: 'stage_started', stage: 'pre_build' }, 1)]);
    for (const { key, wanted } of await house.checks.dirtyOf(1)) {
      await house.checks.sent(1, key, 5, wanted);
    }
    await house.jobFailed(1, 'chain');
    const { progress } = await house.run();
    expect(stageStatuses(progress)).toEqual({ pre_build: 'error', integration: 'error' });
    expect(progress.run).toMatchObject({ status: 'completed', conclusion: 'failure' });
    expect(progress.stages[0]?.state).toMatchObject({
      outcome: { message: expect.stringContaining('workers died') },
    });
    expect((await house.checks.dirtyOf(1)).map(({ key }) => key)).toEqual([
      'cyclone',
      'pre_build',
      'integration',
    ]);
    expect(house.completed).toEqual(['failure']);
  });

  test('is told once more, and nothing changes', async () => {
    await house.intake(delivery());
    await house.jobFailed(1, 'chain');
    const before = await house.run();
    await house.jobFailed(1, 'chain');
    expect(await house.run()).toEqual(before);
    expect(house.completed).toEqual(['failure']);
  });
});
