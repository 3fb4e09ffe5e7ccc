import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import { watchFailedJobs } from '../../src/adapters/bullmq/failed-jobs.js';
import { intakeConsumer, intakeProducer } from '../../src/adapters/bullmq/intake.js';
import { jobId, queueName } from '../../src/adapters/bullmq/job-queues.js';
import { type JobWorker, type JobWorkerDeps, jobWorker } from '../../src/adapters/bullmq/job-worker.js';
import { jobQueue } from '../../src/adapters/bullmq/jobs.js';
import { connectRedis, whenReady } from '../../src/adapters/redis/connection.js';
import { type OwnRedis, startOwnRedis } from '../../src/adapters/redis/server.js';
import type { Repository } from '../../src/pipeline/model.js';
import type { Incoming } from '../../src/runs/ports.js';
import { push } from '../pipeline/examples.js';
import { silent } from './support/logger.js';

let dir: string;
let own: OwnRedis;
const open: Redis[] = [];
const connect = (temper: 'patient' | 'prompt' = 'patient'): Redis => {
  const connection = connectRedis(own.location, temper);
  connection.on('error', () => undefined);
  open.push(connection);
  return connection;
};

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'cyclone-bullmq-'));
  own = await startOwnRedis(dir, silent);
});
afterAll(async () => {
  open.forEach((connection) => connection.disconnect());
  await own.stop();
  await rm(dir, { recursive: true, force: true });
});

const event = (delivery: string): Incoming => ({
  kind: 'commit',
  delivery,
  repository: {} as Repository,
  trigger: push(),
});

describe('intake', () => {
  test('takes a delivery once and tries again what fails', async () => {
    const prompt = connect('prompt');
    await whenReady(prompt);
    const producer = intakeProducer(prompt, silent);
    const seen: string[] = [];
    let done: () => void = () => undefined;
    const finished = new Promise<void>((resolve) => {
      done = resolve;
    });
    const consumer = intakeConsumer(connect(), {
      process: ({ delivery }) => {
        seen.push(delivery);
        if (seen.length === 1) {
          return Promise.reject(new Error('GitHub is away'));
        }
        if (delivery === 'last') {
          done();
        }
        return Promise.resolve();
      },
      logger: silent,
    });
    await producer.add(event('first'));
    await producer.add(event('first'));
    while (seen.length < 2) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await producer.add(event('last'));
    await finished;
    expect(seen).toEqual(['first', 'first', 'last']);
    await consumer.close();
    await producer.close();
  });
});

describe('jobs', () => {
  test('one attempt is queued once; cancelling reaches the job in hand', async () => {
    const queue = jobQueue(connect(), silent);
    const started: AbortSignal[] = [];
    let begun: () => void = () => undefined;
    const hasBegun = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const worker = jobWorker(connect(), {
      concurrency: 2,
      labels: new Set(),
      process: (_run, _job, signal) => {
        started.push(signal);
        begun();
        return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
      },
      logger: silent,
    });
    await queue.enqueue(1, 'chain', 1);
    await queue.enqueue(1, 'chain', 1);
    await hasBegun;
    expect(await queue.state(1, 'chain', 1)).toBe('alive');
    expect(await queue.state(1, 'chain', 2)).toBe('gone');
    worker.cancel(2, 'another run');
    expect(started[0]?.aborted).toBe(false);
    worker.cancel(1, 'by alice');
    expect(started[0]?.reason).toBe('by alice');
    await worker.close();
    expect(started).toHaveLength(1);
    await queue.close();
  });

  test('one that the queue gives up is told to the server', async () => {
    const queue = jobQueue(connect(), silent);
    const failed = new Promise<[number, string]>((resolve) => {
      const watch = watchFailedJobs(connect(), (run, job) => resolve([run, job]), silent);
      open.push({ disconnect: () => void watch.close() } as unknown as Redis);
    });
    const worker = jobWorker(connect(), {
      concurrency: 1,
      labels: new Set(),
      process: () => Promise.reject(new Error('broken')),
      logger: silent,
    });
    await queue.enqueue(9, 'chain', 3);
    expect(await failed).toEqual([9, 'chain']);
    expect(await queue.state(9, 'chain', 3)).toBe('failed');
    await worker.close();
    await queue.close();
  });
});

describe('jobs with labels', () => {
  /** A worker that carries each job until a test lets it go, and tells what it holds. */
  const carrier = (labels: readonly string[], concurrency = 1) => {
    const held = new Map<string, () => void>();
    const done: string[] = [];
    let most = 0;
    const process: JobWorkerDeps['process'] = async (run, job) => {
      await new Promise<void>((resolve) => {
        held.set(job, resolve);
        most = Math.max(most, held.size);
      });
      held.delete(job);
      done.push(`${String(run)} ${job}`);
    };
    const worker: JobWorker = jobWorker(connect(), {
      concurrency,
      labels: new Set(labels),
      process,
      logger: silent,
    });
    return {
      worker,
      done,
      holds: () => [...held.keys()].sort(),
      most: () => most,
      /** Lets go of what it holds, now and from now on. */
      async finish(until: () => boolean) {
        while (!until()) {
          for (const release of held.values()) release();
          await sleep(20);
        }
      },
    };
  };
  const until = async (isTrue: () => boolean): Promise<void> => {
    while (!isTrue()) await sleep(20);
  };

  test('are taken by workers that have them all, and by nobody else', async () => {
    const queue = jobQueue(connect(), silent);
    const plain = carrier(['linux']);
    const gpu = carrier(['linux', 'gpu', 'large']);
    await queue.enqueue(20, 'first', 1, ['gpu']);
    await gpu.finish(() => gpu.done.length === 1);
    await queue.enqueue(20, 'picky', 1, ['gpu', 'linux']);
    await queue.enqueue(20, 'nobody', 1, ['arm64', 'gpu']);
    await until(() => gpu.holds().length === 1);
    expect(gpu.holds()).toEqual(['picky']);
    // Those that are for anybody go on meanwhile.
    await queue.enqueue(20, 'plain', 1);
    await until(() => plain.holds().length === 1);
    expect(await queue.state(20, 'nobody', 1, ['arm64', 'gpu'])).toBe('alive');
    expect(await queue.state(20, 'picky', 1)).toBe('gone');
    const arm = carrier(['arm64', 'gpu']);
    await until(() => arm.holds().length === 1);
    const all = [plain, gpu, arm];
    await Promise.all(all.map((one) => one.finish(() => one.holds().length === 0)));
    expect(all.map(({ done }) => done)).toEqual([['20 plain'], ['20 first', '20 picky'], ['20 nobody']]);
    await Promise.all(all.map(({ worker }) => worker.close()));
    await queue.close();
    // A new queue is told of: nobody waits for the next regular look, which is later than this.
  }, 8000);

  test('are taken back while no worker has them, and never from one that has', async () => {
    const queue = jobQueue(connect(), silent);
    await queue.enqueue(21, 'waiting', 1, ['worker-gone']);
    expect(await queue.withdraw(21, 'waiting', 1, ['worker-gone'])).toBe(true);
    expect(await queue.withdraw(21, 'waiting', 1, ['worker-gone'])).toBe(false);
    expect(await queue.state(21, 'waiting', 1, ['worker-gone'])).toBe('gone');
    const own = carrier(['worker-there']);
    await queue.enqueue(21, 'held', 1, ['worker-there']);
    await until(() => own.holds().length === 1);
    expect(await queue.withdraw(21, 'held', 1, ['worker-there'])).toBe(false);
    await own.finish(() => own.done.length === 1);
    await own.worker.close();
    expect(await queue.state(21, 'held', 1, ['worker-there'])).toBe('gone');
    expect(await queue.withdraw(21, 'held', 1, ['worker-there'])).toBe(false);
    expect(own.done).toEqual(['21 held']);
    await queue.close();
  }, 8000);

  test('are taken back from a worker that has lost its hold on them', async () => {
    const queue = jobQueue(connect(), silent);
    const mute = carrier(['worker-mute']);
    await queue.enqueue(22, 'lost', 1, ['worker-mute']);
    await until(() => mute.holds().length === 1);
    // As it is some seconds after the worker was last heard of.
    await connect().del(`bull:${queueName(['worker-mute'])}:${jobId(22, 'lost', 1)}:lock`);
    expect(await queue.withdraw(22, 'lost', 1, ['worker-mute'])).toBe(true);
    expect(await queue.state(22, 'lost', 1, ['worker-mute'])).toBe('gone');
    await mute.finish(() => mute.done.length === 1);
    await mute.worker.close();
    await queue.close();
  }, 8000);

  test('are carried so many at once over all queues; what is too much is for others', async () => {
    const queue = jobQueue(connect(), silent);
    const busy = carrier(['a', 'b', 'c'], 2);
    const wanted: readonly (readonly string[])[] = [[], ['a'], ['b'], ['c'], ['a', 'b'], ['a', 'b', 'c']];
    for (const labels of wanted) {
      for (const at of [1, 2, 3]) await queue.enqueue(21, `${labels.join('')}${String(at)}`, 1, labels);
    }
    await until(() => busy.holds().length === 2);
    // It has its hands full: all that is left is another's to take.
    const other = carrier(['a', 'b', 'c'], 16);
    await until(() => other.holds().length === 16);
    expect(busy.holds()).toHaveLength(2);
    await Promise.all([
      busy.finish(() => busy.done.length === 2),
      other.finish(() => other.done.length === 16),
    ]);
    expect([...busy.done, ...other.done].sort()).toEqual(
      wanted.flatMap((labels) => [1, 2, 3].map((at) => `21 ${labels.join('')}${String(at)}`)).sort(),
    );
    await busy.worker.close();
    await other.worker.close();
    await queue.close();
  }, 60_000);

  test('all are done, one after the other, by one pair of hands', async () => {
    const queue = jobQueue(connect(), silent);
    const one = carrier(['a', 'b'], 1);
    for (const labels of [[], ['a'], ['b'], ['a', 'b']]) {
      for (const at of [1, 2]) await queue.enqueue(22, `${labels.join('')}${String(at)}`, 1, labels);
    }
    await one.finish(() => one.done.length === 8);
    expect(one.most()).toBe(1);
    expect(new Set(one.done).size).toBe(8);
    await one.worker.close();
    await queue.close();
  }, 60_000);

  test('stay in the queue while their worker is paused, and come when it goes on', async () => {
    const queue = jobQueue(connect(), silent);
    const one = carrier(['gpu']);
    one.worker.pause();
    await queue.enqueue(23, 'later', 1, ['gpu']);
    await queue.enqueue(23, 'any', 1);
    expect(await queue.state(23, 'later', 1, ['gpu'])).toBe('alive');
    one.worker.resume();
    await one.finish(() => one.done.length === 2);
    expect(one.done.sort()).toEqual(['23 any', '23 later']);
    await one.worker.close();
    await queue.close();
  }, 30_000);

  test('that are given up are told as well, and only once they are', async () => {
    const queue = jobQueue(connect(), silent);
    const failed = new Promise<[number, string]>((resolve) => {
      const watch = watchFailedJobs(connect(), (run, job) => resolve([run, job]), silent);
      open.push({ disconnect: () => void watch.close() } as unknown as Redis);
    });
    const worker = jobWorker(connect(), {
      concurrency: 1,
      labels: new Set(['gpu']),
      process: () => Promise.reject(new Error('broken')),
      logger: silent,
    });
    await queue.enqueue(24, 'picky', 1, ['gpu']);
    expect(await failed).toEqual([24, 'picky']);
    expect(await queue.state(24, 'picky', 1, ['gpu'])).toBe('failed');
    await worker.close();
    await queue.close();
  }, 30_000);

  test('that another worker has by now are not told as given up', async () => {
    const redis = connect();
    const queue = jobQueue(connect(), silent);
    const told: string[] = [];
    const watch = watchFailedJobs(connect(), (_, job) => told.push(job), silent);
    open.push({ disconnect: () => void watch.close() } as unknown as Redis);
    let lost = false;
    const worker = jobWorker(connect(), {
      concurrency: 1,
      labels: new Set(['tpu']),
      process: async (_, job) => {
        if (job === 'lost' && !lost) {
          lost = true;
          await redis.set('bull:jobs+tpu:run-26-1-lost:lock', 'another worker');
        }
        throw new Error('broken');
      },
      logger: silent,
    });
    await queue.enqueue(26, 'lost', 1, ['tpu']);
    await until(() => lost);
    // A message behind what might have been said of the first.
    await queue.enqueue(26, 'broken', 1, ['tpu']);
    await until(() => told.includes('broken'));
    expect(told).toEqual(['broken']);
    await worker.close();
    await queue.close();
  }, 60_000);

  test('their queues are let go when nothing is in them, and come back', async () => {
    const redis = connect();
    const queue = jobQueue(redis, silent);
    const one = carrier(['gpu']);
    await queue.enqueue(25, 'first', 1, ['gpu']);
    await until(() => one.holds().length === 1);
    await queue.tidy();
    expect(await redis.smembers('cyclone:job-queues')).toContain('jobs+gpu');
    await one.finish(() => one.done.length === 1);
    while ((await redis.smembers('cyclone:job-queues')).includes('jobs+gpu')) await queue.tidy();
    await queue.enqueue(25, 'second', 1, ['gpu']);
    await one.finish(() => one.done.length === 2);
    await one.worker.close();
    await queue.close();
  }, 30_000);

  test('a queue that nobody wants for a week leaves nothing in Redis; one that is wanted again stays', async () => {
    const redis = connect();
    let time = Date.now();
    const queue = jobQueue(redis, silent, () => time);
    const keys = (name: string) => redis.keys(`bull:${name}:*`);
    for (const label of ['rare', 'back']) {
      await queue.enqueue(26, label, 1, [label]);
      expect(await queue.withdraw(26, label, 1, [label])).toBe(true);
    }
    await queue.tidy();
    time += 6 * 24 * 3600 * 1000;
    await queue.tidy();
    expect(await keys('jobs+rare')).not.toEqual([]);
    await queue.enqueue(26, 'back', 2, ['back']);
    time += 2 * 24 * 3600 * 1000;
    await queue.tidy();
    expect(await keys('jobs+rare')).toEqual([]);
    expect(await queue.state(26, 'back', 2, ['back'])).toBe('alive');
    await queue.close();
  }, 30_000);
});
