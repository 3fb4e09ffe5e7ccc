import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import {
  type NextTime,
  type ScheduleQueue,
  scheduleQueue,
  scheduleWorker,
} from '../../src/adapters/bullmq/schedule.js';
import { connectRedis } from '../../src/adapters/redis/connection.js';
import { type OwnRedis, startOwnRedis } from '../../src/adapters/redis/server.js';
import type { ScheduleDue } from '../../src/runs/ports.js';
import { repository } from '../runs/house.js';
import { silent } from './support/logger.js';

let dir: string;
let own: OwnRedis;
const open: Redis[] = [];
const connect = (): Redis => {
  const connection = connectRedis(own.location, 'patient');
  connection.on('error', () => undefined);
  open.push(connection);
  return connection;
};

const NIGHTLY = { cron: '0 3 * * *' };
const WEEKLY = { cron: '0 4 * * MON', branch: 'dev' };

let schedules: ScheduleQueue;
/** So often does no cron line come. */
const everySecond: NextTime = (after) => (Math.floor(after / 1000) + 1) * 1000;

/** What BullMQ itself has of them. */
let queue: Queue;

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'cyclone-schedule-'));
  own = await startOwnRedis(dir, silent);
});
beforeEach(() => {
  schedules = scheduleQueue(connect(), silent);
  queue = new Queue('schedule', { connection: connect() });
});
afterEach(async () => {
  await queue.obliterate({ force: true });
  for (const { key } of await queue.getJobSchedulers()) await queue.removeJobScheduler(key);
  await queue.close();
  await schedules.close();
});
afterAll(async () => {
  open.forEach((connection) => connection.disconnect());
  await own.stop();
  await rm(dir, { recursive: true, force: true });
});

const patterns = async (): Promise<string[]> =>
  (await queue.getJobSchedulers()).map(({ pattern = '' }) => pattern).sort();

/** Takes what comes until there are so many. */
async function takes(count: number, next?: NextTime, fails: (due: ScheduleDue) => boolean = () => false) {
  const taken: ScheduleDue[] = [];
  let done: () => void = () => undefined;
  const enough = new Promise<void>((resolve) => {
    done = resolve;
  });
  const worker = scheduleWorker(connect(), {
    process: (due) => {
      taken.push(due);
      if (taken.length >= count) done();
      return fails(due) ? Promise.reject(new Error('GitHub is away')) : Promise.resolve();
    },
    logger: silent,
    ...(next && { next }),
  });
  await enough;
  await worker.close();
  return taken;
}

describe("a repository's schedules", () => {
  test('are those that were set last, and of this repository alone', async () => {
    await schedules.set(repository, [NIGHTLY, WEEKLY]);
    await schedules.set({ ...repository, id: 70 }, [NIGHTLY]);
    expect(await schedules.has(repository, [NIGHTLY, WEEKLY])).toBe(true);
    expect(await schedules.has(repository, [NIGHTLY])).toBe(false);
    expect(await schedules.has(repository, [WEEKLY, NIGHTLY])).toBe(false);
    await schedules.set(repository, [WEEKLY]);
    expect(await schedules.has(repository, [WEEKLY])).toBe(true);
    expect(await patterns()).toEqual(['0 3 * * *', '0 4 * * MON']);
    await schedules.set(repository, []);
    expect(await schedules.has(repository, [])).toBe(true);
    expect(await patterns()).toEqual(['0 3 * * *']);
    expect(await queue.getDelayedCount()).toBe(1);
  });

  test('are others when the repository has a new name', async () => {
    await schedules.set(repository, [NIGHTLY]);
    expect(await schedules.has({ ...repository, name: 'hullo' }, [NIGHTLY])).toBe(false);
  });

  test('that stay keep the time that is next: one that is due this moment is not put off', async () => {
    await schedules.set(repository, [NIGHTLY]);
    const [due] = await queue.getDelayed();
    await due?.promote();
    await schedules.set(repository, [NIGHTLY, WEEKLY]);
    expect(await queue.getWaitingCount()).toBe(1);
    const [taken] = await takes(1);
    expect(taken).toMatchObject({ repository, number: 0, schedule: NIGHTLY, again: false });
  });
});

describe('a schedule', () => {
  test('comes at the time that its line names in UTC, and is then kept for the next', async () => {
    await schedules.set(repository, [NIGHTLY]);
    const [job] = await queue.getDelayed();
    await job?.promote();
    const [due] = await takes(1);
    const slot = new Date(due?.slot ?? 0);
    expect(slot.toISOString().slice(11)).toBe('03:00:00.000Z');
    expect(slot.getTime()).toBeGreaterThan(Date.now());
    const [after] = await queue.getDelayed();
    expect(after?.opts.prevMillis).toBe(slot.getTime() + 24 * 3600_000);
  });

  test('comes by itself, each time once, whoever listens', async () => {
    await schedules.close();
    schedules = scheduleQueue(connect(), silent, everySecond);
    await schedules.set(repository, [NIGHTLY]);
    const other = takes(1, everySecond);
    const slots = [...(await takes(3, everySecond)), ...(await other)].map(({ slot }) => slot);
    expect(new Set(slots).size).toBe(slots.length);
    expect(slots.every((slot) => slot % 1000 === 0)).toBe(true);
  });

  test('is made good for by its first time where times went by unheard', async () => {
    await schedules.close();
    schedules = scheduleQueue(connect(), silent, everySecond);
    await schedules.set(repository, [NIGHTLY]);
    const [missed] = await queue.getDelayed();
    const first = missed?.opts.prevMillis ?? 0;
    while (Date.now() < first + 2000) await sleep(100);
    const [due] = await takes(1, (after) => after + 3600_000);
    expect(due?.slot).toBe(first);
    expect(await queue.getWaitingCount()).toBe(0);
    const [next] = await queue.getDelayed();
    expect(next?.opts.prevMillis).toBeGreaterThan(first + 3600_000);
  });

  test('that could not be carried out comes again, as the same', async () => {
    await schedules.set(repository, [NIGHTLY]);
    const [job] = await queue.getDelayed();
    await job?.promote();
    const [one, two] = await takes(2, undefined, ({ again }) => !again);
    expect(two).toEqual({ ...one, again: true });
  });

  test('that was taken away while it was due does not come back', async () => {
    await schedules.set(repository, [NIGHTLY]);
    const [job] = await queue.getDelayed();
    await job?.promote();
    await schedules.set(repository, []);
    await takes(1);
    expect(await queue.getJobSchedulersCount()).toBe(0);
    expect(await queue.getDelayedCount()).toBe(0);
  });
});
