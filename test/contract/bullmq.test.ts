import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import { intakeConsumer, intakeProducer } from '../../src/adapters/bullmq/intake.js';
import { jobQueue, jobWorker, watchFailedJobs } from '../../src/adapters/bullmq/jobs.js';
import { connectRedis, whenReady } from '../../src/adapters/redis/connection.js';
import { type OwnRedis, startOwnRedis } from '../../src/adapters/redis/server.js';
import type { Repository } from '../../src/pipeline/model.js';
import type { IntakeEvent } from '../../src/runs/ports.js';
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

const event = (delivery: string): IntakeEvent => ({
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
