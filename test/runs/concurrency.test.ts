import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { StageState, WorkerEvent } from '../../src/pipeline/model.js';
import { createConcurrency } from '../../src/runs/concurrency.js';
import type { GroupStore, Place } from '../../src/runs/ports.js';
import { numbered } from '../pipeline/examples.js';
import { entry } from './edges.js';
import { delivery, type Ground, type House, newGround, openHouse } from './house.js';

/** One stage in the middle of the chain shares the staging database. */
const MIDDLE = `pre_build: { image: busybox, commands: ["true"] }
integration: { image: busybox, commands: ["true"], concurrency: db }
stages:
  lint: { image: busybox, commands: ["true"] }
`;
const FIRST = 'integration: { image: busybox, commands: ["true"], concurrency: db }\n';

let ground: Ground;
let house: House;
beforeEach(async () => {
  ground = await newGround();
  house = await openHouse(ground, { policy: { supersede: false } });
});
afterEach(async () => {
  await house.close();
  await ground.clear();
});

/** A push of its own commit, whose run is that number. */
async function pushed(file: string, run: number, sha = String(run).repeat(40).slice(0, 40)): Promise<void> {
  ground.files.files.set('caicloud.yml', file);
  await house.intake(delivery({ sha }, `d${String(run)}`));
}

const stateOf = async (run: number, stage = 'integration'): Promise<StageState | undefined> =>
  (await house.run(run)).progress.stages.find(({ id }) => id === stage)?.state;

const waits = async (run: number, stage?: string): Promise<string | undefined> => {
  const state = await stateOf(run, stage);
  return state?.status === 'queued' ? state.waits : undefined;
};

type Body = Parameters<typeof numbered>[0];

/** The worker that has the job says so many things, one after the other. */
async function says(run: number, job: string, ...bodies: readonly Body[]): Promise<void> {
  const { fence = 0, seq = 0 } = (await house.run(run)).progress.jobs.find(({ id }) => id === job) ?? {};
  const events = bodies.map((body, index): WorkerEvent => {
    return { ...numbered(body, seq + index + 1, fence), run, job };
  });
  await house.advance.reported(events);
}

const passes = (stage: string): Body => ({
  type: 'stage_ended',
  stage,
  outcome: { kind: 'passed' },
  facts: {},
});
const returned: Body = { type: 'job_returned', reason: 'it must wait' };

describe('a group', () => {
  test('is taken by one stage at a time; who waits says for whom, and goes on in the order of coming', async () => {
    for (const run of [1, 2, 3]) await pushed(FIRST, run);
    expect(ground.queue.waiting()).toEqual([entry(1, 'chain', 1)]);
    expect([await waits(1), await waits(2), await waits(3)]).toEqual([
      undefined,
      'group db, which run 1 holds (integration)',
      'group db, which run 1 holds (integration)',
    ]);
    await house.lease(1, 'chain', 'w1');
    house.changed.length = 0;
    await says(1, 'chain', { type: 'stage_started', stage: 'integration' }, passes('integration'));
    expect(ground.queue.waiting()).toEqual([entry(1, 'chain', 1), entry(2, 'chain', 1)]);
    expect([await waits(2), await waits(3)]).toEqual([
      undefined,
      'group db, which run 2 holds (integration)',
    ]);
    expect(house.changed).toEqual(expect.arrayContaining([2, 3]));
  });

  test('of another repository is another, and one of another name too', async () => {
    await pushed(FIRST, 1);
    ground.files.files.set('caicloud.yml', FIRST);
    const event = delivery({ sha: '2'.repeat(40) }, 'd2');
    await house.intake({ ...event, repository: { ...event.repository, id: 8, name: 'other' } });
    await pushed(FIRST.replace('concurrency: db', 'concurrency: cache'), 3);
    expect(ground.queue.waiting()).toHaveLength(3);
  });

  test.each([
    [
      'failed',
      (): Promise<void> =>
        says(1, 'chain', {
          type: 'stage_ended',
          stage: 'integration',
          outcome: { kind: 'failed', failure: { code: 'exit', message: '', exitCode: 1 } },
          facts: {},
        }),
    ],
    ['was given up by the queue', (): Promise<unknown> => house.jobFailed(1, 'chain')],
    ['was cancelled before it ran', (): Promise<void> => house.cancel(1, 'by alice')],
  ])('passes on when the stage %s', async (how, end) => {
    await pushed(FIRST, 1);
    await pushed(FIRST, 2);
    if (how !== 'was cancelled before it ran') await house.lease(1, 'chain', 'w1');
    await end();
    expect(ground.queue.waiting()).toContain(entry(2, 'chain', 1));
  });

  test('stays with a stage that is being cancelled until its worker has ended it', async () => {
    await pushed(FIRST, 1);
    await pushed(FIRST, 2);
    await house.lease(1, 'chain', 'w1');
    await says(1, 'chain', { type: 'stage_started', stage: 'integration' });
    await house.cancel(1, 'by alice');
    expect(ground.queue.waiting()).not.toContain(entry(2, 'chain', 1));
    const outcome = { kind: 'cancelled', by: 'by alice' } as const;
    await says(1, 'chain', { type: 'stage_ended', stage: 'integration', outcome, facts: {} });
    expect(ground.queue.waiting()).toContain(entry(2, 'chain', 1));
  });

  test('is not kept by a stage that was ended in the moment in which it came', async () => {
    await pushed(FIRST, 1);
    const stale = await house.run(1);
    await house.cancel(1, 'by alice');
    const [job] = stale.plan.jobs;
    expect(job && (await house.concurrency.admits(stale, job))).toBe('over');
    await house.concurrency.passOn(await house.run(1));
    await pushed(FIRST, 2);
    expect(ground.queue.waiting()).toContain(entry(2, 'chain', 1));
  });

  test('is not kept by a run that ended while it waited', async () => {
    for (const run of [1, 2, 3]) await pushed(FIRST, run);
    await house.cancel(2, 'by alice');
    await house.cancel(1, 'by alice');
    expect(ground.queue.waiting()).toEqual([entry(1, 'chain', 1), entry(3, 'chain', 1)]);
  });
});

describe('while the words are written, the line may move', () => {
  /** A line whose head is another each time that somebody asks. */
  async function admitted(...heads: readonly number[]): Promise<string> {
    await pushed(FIRST, 1);
    await pushed(FIRST, 2);
    const asked = [...heads];
    const join = (): Promise<Place> => Promise.resolve({ run: asked.shift() ?? 0, stage: 'integration' });
    const groups = { join } as unknown as GroupStore;
    const { store } = house;
    const concurrency = createConcurrency({
      groups,
      store,
      clock: { now: () => 1 },
      changed: () => undefined,
    });
    const record = await house.run(2);
    const [job] = record.plan.jobs;
    return job === undefined ? 'no job' : concurrency.admits(record, job);
  }

  test('to another head: the words name that one', async () => {
    expect(await admitted(1, 8, 8)).toBe('waits');
    expect(await waits(2)).toBe('group db, which run 8 holds (integration)');
  });

  test('to this stage: it does not wait for somebody to come by', async () => {
    expect(await admitted(1, 2)).toBe('yes');
  });
});

describe('a stage in the middle of a job', () => {
  test('has its group only when it is next: the job is given back before it, and goes on at once where it is free', async () => {
    await pushed(MIDDLE, 1);
    const lease = await house.lease(1, 'chain', 'w1');
    expect(lease?.until).toBe('integration');
    await pushed(FIRST, 2);
    expect(await waits(2)).toBeUndefined();
    await house.cancel(2, 'by alice');
    await says(1, 'chain', passes('pre_build'), returned);
    expect(ground.queue.waiting()).toContain(entry(1, 'chain', 2));
    expect((await house.lease(1, 'chain', 'w1'))?.until).toBeUndefined();
  });

  test('whose group is taken keeps the job off the queue, and the rest of the run goes on', async () => {
    await pushed(FIRST, 1);
    await pushed(MIDDLE, 2);
    expect(ground.queue.waiting()).toContain(entry(2, 'lint', 1));
    await house.lease(2, 'chain', 'w2');
    await says(2, 'chain', passes('pre_build'), returned);
    expect(ground.queue.waiting()).not.toContain(entry(2, 'chain', 2));
    expect(await waits(2)).toBe('group db, which run 1 holds (integration)');
    await house.cancel(1, 'by alice');
    expect(ground.queue.waiting()).toContain(entry(2, 'chain', 2));
    expect(await waits(2)).toBeUndefined();
  });

  test('is not begun by an owner whose predecessor died right before it', async () => {
    await pushed(FIRST, 1);
    await pushed(MIDDLE, 2);
    await house.lease(2, 'chain', 'w2');
    await says(2, 'chain', passes('pre_build'));
    expect((await house.lease(2, 'chain', 'w3'))?.until).toBe('integration');
  });
});

describe('stages of one run with one group', () => {
  const CELLS = `stages:
  a: { image: busybox, commands: ["true"], concurrency: db, matrix: { v: [1, 2] } }
  b: { image: busybox, commands: ["true"], concurrency: db }
`;

  test('in different jobs go one by one, cells too', async () => {
    await pushed(CELLS, 1);
    expect(ground.queue.waiting()).toEqual([entry(1, 'a-v-1', 1)]);
    expect(await waits(1, 'a (v=2)')).toBe('group db, which a (v=1) of this run holds');
    await house.lease(1, 'a-v-1', 'w1');
    await says(1, 'a-v-1', passes('a (v=1)'), { type: 'job_ended' });
    expect(ground.queue.waiting().slice(1)).toEqual([entry(1, 'a-v-2', 1)]);
    expect(await waits(1, 'b')).toBe('group db, which a (v=2) of this run holds');
  });

  test('twice in one chain: others may come between', async () => {
    const twice = `pre_build: { image: busybox, commands: ["true"], concurrency: db }\n${FIRST}`;
    await pushed(twice, 1);
    expect((await house.lease(1, 'chain', 'w1'))?.until).toBe('integration');
    await pushed(FIRST, 2);
    await says(1, 'chain', passes('pre_build'), returned);
    expect(ground.queue.waiting()).toContain(entry(2, 'chain', 1));
    expect(await waits(1)).toBe('group db, which run 2 holds (integration)');
  });
});

describe('a crash', () => {
  test('between the end of a stage and the next in line is made good by the reconciliation', async () => {
    await pushed(FIRST, 1);
    await pushed(FIRST, 2);
    // The end is stored, and nothing after it was done.
    await house.store.update(1, ({ progress }) => ({
      ...progress,
      run: { status: 'completed', conclusion: 'success', reason: '', completedAt: 1 },
      stages: progress.stages.map(({ id }) => ({
        id,
        state: { status: 'completed', outcome: { kind: 'passed' }, facts: {}, completedAt: 1 },
      })),
    }));
    expect(await waits(2)).toBe('group db, which run 1 holds (integration)');
    await house.reconcile();
    expect(ground.queue.waiting()).toContain(entry(2, 'chain', 1));
    expect(await waits(2)).toBeUndefined();
  });

  test('between taking the group and queueing leaves the group with the stage', async () => {
    ground.queue.dies = 'before';
    await expect(pushed(FIRST, 1)).rejects.toThrow();
    await pushed(FIRST, 2);
    await house.reconcile();
    // Under a new number: the old one may have been in the queue.
    expect(ground.queue.waiting()).toEqual([entry(1, 'chain', 2)]);
    expect(await waits(2)).toBe('group db, which run 1 holds (integration)');
  });
});

test('many who come at once are one in the queue, and the rest stand behind it', async () => {
  ground.files.files.set('caicloud.yml', FIRST);
  const shas = Array.from({ length: 8 }, (_, index) => String(index).repeat(40));
  await Promise.all(shas.map((sha, index) => house.intake(delivery({ sha }, `d${String(index)}`))));
  expect(ground.queue.waiting()).toHaveLength(1);
  const [holder] = ground.queue.waiting().map((id) => Number(id.split('/')[0]));
  const words = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map((run) => waits(run)));
  expect(
    words.filter((text) => text === `group db, which run ${String(holder)} holds (integration)`),
  ).toHaveLength(7);
});
