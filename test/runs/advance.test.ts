import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Outcome, RunProgress, WorkerEvent } from '../../src/pipeline/model.js';
import type { RunRecord } from '../../src/runs/ports.js';
import { numbered, stageStatuses, story } from '../pipeline/examples.js';
import { entry } from './edges.js';
import { delivery, type Ground, type House, newGround, openHouse, TWO_STAGES } from './house.js';

let ground: Ground;
let house: House;
beforeEach(async () => {
  ground = await newGround({ 'caicloud.yml': TWO_STAGES });
  house = await openHouse(ground, { policy: { supersede: false } });
  await house.intake(delivery());
  await house.lease(1, 'chain', 'w1');
  house.changed.length = 0;
});
afterEach(async () => {
  await house.close();
  await ground.clear();
});

const ended = (stage: string, kind: 'passed' | 'failed') => {
  const failure = { code: 'exit' as const, message: '', exitCode: 1 };
  const outcome: Outcome = kind === 'passed' ? { kind } : { kind, failure };
  return { type: 'stage_ended' as const, stage, outcome, facts: {} };
};

/** The two runs of one story were queued and leased at different times. */
function asIfLeasedTogether({ progress }: RunRecord): RunProgress {
  const jobs = progress.jobs.map((job) => {
    const { enqueuedAt: _, leasedAt: __, spans: ___, ...rest } = job;
    return rest;
  });
  return { ...progress, jobs };
}

const WHOLE: readonly WorkerEvent[] = story(
  { type: 'job_started', worker: 'w1' },
  { type: 'stage_started', stage: 'pre_build' },
  ended('pre_build', 'passed'),
  { type: 'stage_started', stage: 'integration' },
  ended('integration', 'passed'),
  { type: 'job_ended' },
);

describe('what workers report', () => {
  test('moves the run on to its end, which is counted once', async () => {
    await house.advance.reported(WHOLE);
    const { progress } = await house.run();
    expect(stageStatuses(progress)).toEqual({ pre_build: 'passed', integration: 'passed' });
    expect(progress.run).toMatchObject({ status: 'completed', conclusion: 'success' });
    expect(house.completed).toEqual(['success']);
    expect(house.changed).toEqual([1]);
  });

  test('is measured once, however often it comes', async () => {
    const told = WHOLE.map((event): WorkerEvent => {
      if (event.type !== 'stage_ended') return event;
      return { ...event, facts: { spans: [{ name: 'run', at: event.at - 1, ms: 1, detail: event.stage }] } };
    });
    await house.advance.reported(told.slice(0, 3));
    await house.advance.reported(told);
    await house.advance.reported(told);
    expect(house.spent.flatMap(({ stages }) => stages.map(({ detail }) => detail))).toEqual([
      'pre_build',
      'integration',
    ]);
    expect(house.spent.flatMap(({ jobs }) => jobs.map(({ name }) => name))).toEqual(['queue']);
  });

  test('may come again after a crash: nothing changes, nobody is told', async () => {
    await house.advance.reported(WHOLE.slice(0, 4));
    const before = await house.run();
    house.changed.length = 0;
    await house.advance.reported(WHOLE.slice(0, 4));
    expect(await house.run()).toEqual(before);
    expect(house.changed).toEqual([]);
    await house.advance.reported(WHOLE);
    await house.advance.reported(WHOLE);
    expect(house.completed).toEqual(['success']);
  });

  test('is applied the same in one batch or one by one', async () => {
    const other = { ...delivery({ sha: 'b'.repeat(40) }) };
    await house.intake(other);
    await house.lease(2, 'chain', 'w1');
    await house.advance.reported(WHOLE);
    for (const event of WHOLE) await house.advance.reported([{ ...event, run: 2 }]);
    expect(asIfLeasedTogether(await house.run(2))).toEqual(asIfLeasedTogether(await house.run(1)));
  });

  test('of several runs in one batch goes to each its own', async () => {
    await house.intake(delivery({ sha: 'b'.repeat(40) }));
    await house.lease(2, 'chain', 'w2');
    const mixed = WHOLE.flatMap((event) => [event, { ...event, run: 2 }]);
    await house.advance.reported(mixed);
    expect(house.completed).toEqual(['success', 'success']);
  });

  test('of an older owner is ignored', async () => {
    await house.lease(1, 'chain', 'w2');
    await house.advance.reported(WHOLE);
    expect(stageStatuses((await house.run()).progress)).toEqual({
      pre_build: 'queued',
      integration: 'queued',
    });
  });

  test('of a run that is not there is noted, and the rest is applied', async () => {
    const [stray] = story({ type: 'job_started', worker: 'w1' });
    await house.advance.reported([{ ...(stray as WorkerEvent), run: 99 }, ...WHOLE]);
    expect(house.logger.messages).toContain('event of an unknown run');
    expect(house.completed).toEqual(['success']);
  });

  test('a stage that fails ends those behind it', async () => {
    await house.advance.reported([
      ...WHOLE.slice(0, 2),
      numbered(ended('pre_build', 'failed'), 3),
      numbered({ type: 'job_ended' }, 4),
    ]);
    expect(stageStatuses((await house.run()).progress)).toEqual({
      pre_build: 'failed',
      integration: 'skipped',
    });
    expect(house.completed).toEqual(['failure']);
  });
});

test('a job that is given back is put before the workers under a new number', async () => {
  await house.advance.reported([
    ...WHOLE.slice(0, 3),
    numbered({ type: 'job_returned', reason: 'shutting down' }, 4),
  ]);
  expect([...ground.queue.entries.keys()]).toEqual([entry(1, 'chain', 1), entry(1, 'chain', 2)]);
  expect((await house.run()).progress.jobs).toMatchObject([{ status: 'enqueued', attempt: 2 }]);
});

test('resuming a run queues nothing twice, and tells the listener', async () => {
  await house.advance.resume(1);
  await house.advance.resume(99);
  expect([...ground.queue.entries.keys()]).toEqual([entry(1, 'chain', 1)]);
  expect(house.changed).toEqual([1]);
});

test('an error of Redis between mark and queue is made good when the step is tried again', async () => {
  const fresh = await newGround({ 'caicloud.yml': TWO_STAGES });
  const other = await openHouse(fresh);
  fresh.queue.dies = 'before';
  await expect(other.intake(delivery())).rejects.toThrow();
  expect(fresh.queue.waiting()).toEqual([]);
  await other.intake(delivery());
  expect(fresh.queue.waiting()).toEqual([entry(1, 'chain', 1)]);
  await other.close();
  await fresh.clear();
});
