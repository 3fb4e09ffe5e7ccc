import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { numbered, stageStatuses } from '../pipeline/examples.js';
import { delivery, type Ground, type House, newGround, openHouse, TWO_STAGES } from './house.js';

let ground: Ground;
let house: House;
beforeEach(async () => {
  ground = await newGround({ 'caicloud.yml': TWO_STAGES });
  house = await openHouse(ground);
  await house.intake(delivery());
});
afterEach(async () => {
  await house.close();
  await ground.clear();
});

const conclusion = async () => (await house.run()).progress.run;

describe('cancelling', () => {
  test('ends a run that waits, and tells the workers who it was', async () => {
    await house.cancel(1, 'by alice');
    expect(await conclusion()).toMatchObject({
      status: 'completed',
      conclusion: 'cancelled',
      reason: 'by alice',
    });
    expect(house.messages.cancelled).toEqual([{ run: 1, by: 'by alice' }]);
    expect(house.completed).toEqual(['cancelled']);
  });

  test('leaves a stage that runs to its worker, which says how far it came', async () => {
    await house.lease(1, 'chain', 'w1');
    await house.advance.reported([numbered({ type: 'stage_started', stage: 'pre_build' }, 1)]);
    await house.cancel(1, 'by alice');
    expect(stageStatuses((await house.run()).progress)).toEqual({
      pre_build: 'in_progress',
      integration: 'cancelled',
    });
    const outcome = { kind: 'cancelled', by: 'by alice' } as const;
    await house.advance.reported([
      numbered({ type: 'stage_ended', stage: 'pre_build', outcome, facts: {} }, 2),
      numbered({ type: 'job_ended' }, 3),
    ]);
    expect(await conclusion()).toMatchObject({ conclusion: 'cancelled' });
    expect(house.completed).toEqual(['cancelled']);
  });

  test('twice changes nothing more', async () => {
    await house.cancel(1, 'by alice');
    await house.cancel(1, 'by bob');
    expect(await conclusion()).toMatchObject({ reason: 'by alice' });
    expect(house.completed).toEqual(['cancelled']);
  });

  test('a run that has passed does not change it', async () => {
    await house.jobFailed(1, 'chain');
    await house.cancel(1, 'by alice');
    expect(await conclusion()).toMatchObject({ conclusion: 'failure' });
  });

  test('a run that is not there tells nobody', async () => {
    await house.cancel(99, 'by alice');
    expect(house.messages.cancelled).toEqual([]);
  });

  test('is stored before it is told: a worker that asks at once gets no lease', async () => {
    let lease: unknown = 'not asked';
    house.messages.cancel = async (run, by) => {
      house.messages.cancelled.push({ run, by });
      lease = await house.lease(run, 'chain', 'w1');
    };
    await house.cancel(1, 'by alice');
    expect(lease).toBeUndefined();
  });
});
