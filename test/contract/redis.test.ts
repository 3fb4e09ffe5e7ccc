import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Redis } from 'ioredis';
import { connectRedis, whenReady } from '../../src/adapters/redis/connection.js';
import { type EventConsumer, redisEventConsumer } from '../../src/adapters/redis/event-consumer.js';
import type { Reported } from '../../src/adapters/redis/event-entries.js';
import { redisFences } from '../../src/adapters/redis/fences.js';
import { redisObserver } from '../../src/adapters/redis/observer.js';
import { type OwnRedis, startOwnRedis } from '../../src/adapters/redis/server.js';
import { redisReplays } from '../../src/adapters/redis/signatures.js';
import { announceWorker, redisPresence, watchWorkers } from '../../src/adapters/redis/workers.js';
import { FenceLost, type LogPiece } from '../../src/worker/ports.js';
import { silent } from './support/logger.js';

let dir: string;
let own: OwnRedis;
let redis: Redis;
const open: Redis[] = [];
const consumers: EventConsumer[] = [];

const connect = (temper: 'patient' | 'prompt' = 'patient'): Redis => {
  const connection = connectRedis(own.location, temper);
  connection.on('error', () => undefined);
  open.push(connection);
  return connection;
};

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'cyclone-redis-'));
  own = await startOwnRedis(dir, silent);
  redis = connect();
});
afterEach(async () => {
  await Promise.all(consumers.splice(0).map((consumer) => consumer.stop()));
  await redis.flushall();
});
afterAll(async () => {
  open.forEach((connection) => connection.disconnect());
  await own.stop();
  await rm(dir, { recursive: true, force: true });
});

const lease = (run: number, fence: number) => ({ run, fence, job: { id: 'chain', stages: [], needs: [] } });

function consume(
  apply: (batch: readonly Reported[]) => Promise<void>,
  putAside: (reported: Reported, error: unknown) => Promise<void> = () => Promise.reject(new Error('none')),
): EventConsumer {
  const deps = { reader: connect(), redis, apply, putAside, logger: silent, retryMs: 1 };
  const consumer = redisEventConsumer(deps);
  consumers.push(consumer);
  return consumer;
}

describe('a signature', () => {
  test('is a replay under another delivery id only, and is forgotten in a month', async () => {
    const isReplay = redisReplays(redis);
    expect(await isReplay('sha256=a', 'd1')).toBe(false);
    expect(await isReplay('sha256=a', 'd1')).toBe(false);
    expect(await isReplay('sha256=a', 'd2')).toBe(true);
    expect(await isReplay('sha256=b', 'd2')).toBe(false);
    const [key = ''] = await redis.keys('*sha256=a');
    expect(await redis.ttl(key)).toBeGreaterThan(29 * 24 * 3600);
    expect(await redis.ttl(key)).toBeLessThanOrEqual(30 * 24 * 3600);
  });
});

describe('fences', () => {
  test('grow, and never below what SQL knows', async () => {
    const fences = redisFences(redis);
    expect(await fences.raise(1, 'chain', 0)).toBe(1);
    expect(await fences.raise(1, 'chain', 1)).toBe(2);
    expect(await fences.raise(1, 'chain', 40)).toBe(41);
    expect(await fences.raise(2, 'chain', 0)).toBe(1);
  });

  test('stop an older owner at its next word', async () => {
    const fences = redisFences(redis);
    const first = redisObserver(redis, lease(1, await fences.raise(1, 'chain', 0)), 'a', Date.now);
    await first.jobStarted();
    const second = redisObserver(redis, lease(1, await fences.raise(1, 'chain', 0)), 'b', Date.now);
    await expect(first.stageStarted('publish')).rejects.toThrow(FenceLost);
    await expect(first.log('publish', { bytes: Buffer.from('x') })).rejects.toThrow(FenceLost);
    await second.stageStarted('publish');
    expect(await redis.xlen('cyclone:events')).toBe(2);
  });
});

describe('workers that are there', () => {
  const labels = async () =>
    (await redisPresence(redis).labels()).map((set) => [...set].sort().join()).sort();

  test('are known by their labels, until they leave; both are news', async () => {
    let news = 0;
    await watchWorkers(connect(), () => {
      news += 1;
    });
    const heard = async (count: number): Promise<void> => {
      while (news < count) await new Promise((resolve) => setTimeout(resolve, 10));
    };
    const one = await announceWorker(redis, { id: 'one', labels: ['linux', 'gpu'] }, silent);
    const two = await announceWorker(redis, { id: 'two', labels: ['linux'] }, silent);
    await heard(2);
    expect(await labels()).toEqual(['gpu,linux', 'linux']);
    await one.leave();
    await heard(3);
    expect(await labels()).toEqual(['linux']);
    // Killed, it said nothing: its next process is news, with other labels.
    const again = await announceWorker(redis, { id: 'two', labels: ['linux', 'large'] }, silent);
    await heard(4);
    expect(await labels()).toEqual(['large,linux']);
    await Promise.all([two.leave(), again.leave()]);
    expect(await labels()).toEqual([]);
  });

  test('are forgotten when they are heard of no more', async () => {
    const one = await announceWorker(redis, { id: 'one', labels: ['gpu'] }, silent);
    expect(await redis.pttl('cyclone:worker:one')).toBeGreaterThan(10_000);
    await redis.del('cyclone:worker:one');
    expect(await labels()).toEqual([]);
    expect(await redis.smembers('cyclone:workers')).toEqual([]);
    await one.leave();
  });
});

describe('events', () => {
  test('arrive in order with the bytes that were printed', async () => {
    const seen: Reported[] = [];
    const consumer = consume((batch) => {
      seen.push(...batch);
      return Promise.resolve();
    });
    await consumer.start();
    const observer = redisObserver(
      redis,
      lease(5, await redisFences(redis).raise(5, 'chain', 0)),
      'w',
      () => 42,
    );
    await observer.stageStarted('build');
    await observer.log('build', { bytes: Buffer.from([0xff, 0x00, 0x0a]) });
    await observer.log('build', { bytes: Buffer.from('more') });
    await observer.stageEnded('build', { kind: 'passed' }, {});
    await consumer.settled();
    const key = { run: 5, stage: 'build', fence: 1 };
    expect(seen).toEqual([
      {
        kind: 'event',
        event: { run: 5, job: 'chain', fence: 1, seq: 1, at: 42, type: 'stage_started', stage: 'build' },
      },
      { kind: 'log', job: 'chain', segment: { key, offset: 0, bytes: Buffer.from([0xff, 0x00, 0x0a]) } },
      { kind: 'log', job: 'chain', segment: { key, offset: 3, bytes: Buffer.from('more') } },
      expect.objectContaining({
        kind: 'event',
        event: expect.objectContaining({ seq: 2, type: 'stage_ended' }),
      }),
    ]);
    expect(await redis.xlen('cyclone:events')).toBe(0);
  });

  test('what was read is let go when it is applied, and once', async () => {
    const said: string[] = [];
    const consumer = redisEventConsumer({
      reader: connect(),
      redis,
      apply: async (batch) => void said.push(...batch.map(({ kind }) => kind)),
      putAside: () => Promise.reject(new Error('none')),
      letGo: (bytes) => void said.push(`${bytes} bytes`),
      logger: silent,
    });
    consumers.push(consumer);
    await consumer.start();
    const observer = redisObserver(
      redis,
      lease(31, await redisFences(redis).raise(31, 'chain', 0)),
      'w',
      Date.now,
    );
    await observer.log('build', { bytes: Buffer.from('said') });
    await consumer.settled();
    await observer.log('build', { bytes: Buffer.from('more of it') });
    await consumer.settled();
    await observer.jobEnded();
    await consumer.settled();
    const told = said.filter((one) => one !== '0 bytes');
    expect(told).toEqual(['log', '4 bytes', 'log', '10 bytes', 'event']);
  });

  test('a batch that could not be applied comes again, to this server or the next', async () => {
    const observer = redisObserver(
      redis,
      lease(6, await redisFences(redis).raise(6, 'chain', 0)),
      'w',
      Date.now,
    );
    await observer.stageStarted('build');
    let failed: () => void = () => undefined;
    const hasFailed = new Promise<void>((resolve) => {
      failed = resolve;
    });
    const dying = consume(() => {
      failed();
      return Promise.reject(new Error('the database is away'));
    });
    await dying.start();
    await hasFailed;
    await dying.stop();
    const seen: Reported[] = [];
    const next = consume((batch) => {
      seen.push(...batch);
      return Promise.resolve();
    });
    await next.start();
    await next.settled();
    expect(seen).toHaveLength(1);
  });

  test('what can never be applied is put aside, with what its job said before and after in order; others go on', async () => {
    const bad = redisObserver(
      redis,
      lease(20, await redisFences(redis).raise(20, 'chain', 0)),
      'w',
      Date.now,
    );
    const good = redisObserver(
      redis,
      lease(21, await redisFences(redis).raise(21, 'chain', 0)),
      'w',
      Date.now,
    );
    await bad.stageStarted('build');
    await bad.log('build', { bytes: Buffer.from('poison') });
    await good.log('build', { bytes: Buffer.from('food') });
    await bad.stageEnded('build', { kind: 'passed' }, {});
    await redis.xadd('cyclone:events', '*', 'event', '{', 'bytes', '');
    const said: string[] = [];
    const nameOf = (reported: Reported): string =>
      reported.kind === 'log'
        ? reported.segment.bytes.toString()
        : `${String(reported.event.run)} ${reported.event.type}`;
    let away = true;
    let tries = 0;
    const consumer = consume(
      (batch) => {
        const names = batch.map(nameOf);
        if (names.includes('poison')) {
          tries += 1;
          return Promise.reject(new Error('no space left on device'));
        }
        said.push(...names);
        return Promise.resolve();
      },
      (reported, error) => {
        // A server that cannot even say it tries again.
        const isFirst = away;
        away = false;
        if (isFirst) return Promise.reject(new Error('the database is away'));
        said.push(`aside: ${nameOf(reported)}: ${(error as Error).message}`);
        return Promise.resolve();
      },
    );
    await consumer.start();
    await consumer.settled();
    expect(said).toEqual([
      '20 stage_started',
      'food',
      'aside: poison: no space left on device',
      '20 stage_ended',
    ]);
    expect(await redis.xlen('cyclone:events')).toBe(0);
    // What else was on its way from a job that has ended is not waited for once more.
    const triesBefore = tries;
    await bad.log('build', { bytes: Buffer.from('poison') });
    await good.log('build', { bytes: Buffer.from('dessert') });
    await consumer.settled();
    expect(said.slice(-2).sort()).toEqual(['aside: poison: no space left on device', 'dessert']);
    expect(tries - triesBefore).toBe(2);
  });

  test('logs of any names arrive with their stamps and marks, each counted for itself', async () => {
    const piece = fc.record({
      stage: fc.string({ minLength: 1, unit: 'binary' }),
      service: fc.option(fc.string({ minLength: 1, unit: 'binary' }), { nil: undefined }),
      text: fc.string(),
      at: fc.nat(),
      stream: fc.constantFrom('stdout', 'stderr', 'cyclone'),
      exitCode: fc.option(fc.nat({ max: 255 }), { nil: undefined }),
    });
    const seen: Reported[] = [];
    const consumer = consume((batch) => {
      seen.push(...batch);
      return Promise.resolve();
    });
    await consumer.start();
    let run = 100;
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 12 }), async (pieces) => {
        run += 1;
        const fence = await redisFences(redis).raise(run, 'chain', 0);
        const observer = redisObserver(redis, lease(run, fence), 'w', Date.now);
        const lengths = new Map<string, number>();
        const expected: Reported[] = [];
        for (const { stage, service, text, at, stream, exitCode } of pieces) {
          const bytes = Buffer.from(text);
          const said: LogPiece = {
            bytes,
            stamps: [{ offset: 0, at, stream }],
            marks: [
              {
                offset: bytes.length,
                at,
                kind: 'end',
                number: 1,
                ...(exitCode !== undefined && { exitCode }),
              },
            ],
            ...(service !== undefined && { service }),
          };
          await observer.log(stage, said);
          const log = JSON.stringify([stage, service ?? null]);
          const offset = lengths.get(log) ?? 0;
          lengths.set(log, offset + bytes.length);
          const key = { run, stage, fence: 1, ...(service !== undefined && { service }) };
          const { stamps = [], marks = [] } = said;
          expected.push({ kind: 'log', job: 'chain', segment: { key, offset, bytes, stamps, marks } });
        }
        await consumer.settled();
        expect(seen.splice(0)).toEqual(expected);
      }),
    );
  }, 30_000);

  test('a service that prints without end waits before the stage must', async () => {
    const observer = redisObserver(
      redis,
      lease(9, await redisFences(redis).raise(9, 'chain', 0)),
      'w',
      Date.now,
    );
    const segment = Buffer.alloc(64 * 1024, 'x');
    let told = 0;
    let stopped = false;
    const flood = (async () => {
      while (!stopped) {
        await observer.log('build', { bytes: segment, service: 'db' });
        told += 1;
      }
    })();
    while (told < 512) await new Promise((resolve) => setTimeout(resolve, 5));
    for (let index = 0; index < 100; index += 1) {
      await observer.log('build', { bytes: Buffer.from('.') });
    }
    expect(told).toBe(512);
    expect(await redis.xlen('cyclone:events')).toBe(612);
    stopped = true;
    const consumer = consume(() => Promise.resolve());
    await consumer.start();
    await flood;
    await consumer.settled();
    expect(told).toBe(513);
  }, 30_000);

  test('of large segments fewer are unread', async () => {
    const fence = await redisFences(redis).raise(10, 'chain', 0);
    const observer = redisObserver(redis, lease(10, fence), 'w', Date.now);
    const segment = Buffer.alloc(256 * 1024, 'x');
    for (let index = 0; index < 256; index += 1) await observer.log('build', { bytes: segment });
    let isTaken = false;
    const next = (async () => {
      await observer.log('build', { bytes: segment });
      isTaken = true;
    })();
    // Behind it on the same connection: it was refused by then, and what is small was not.
    await observer.log('test', { bytes: Buffer.from('.') });
    expect(isTaken).toBe(false);
    const consumer = consume(() => Promise.resolve());
    await consumer.start();
    await next;
    await consumer.settled();
  }, 30_000);

  test('logs wait while nobody reads, states do not', async () => {
    const observer = redisObserver(
      redis,
      lease(7, await redisFences(redis).raise(7, 'chain', 0)),
      'w',
      Date.now,
    );
    for (let index = 0; index < 1024; index += 1) {
      await observer.log('build', { bytes: Buffer.from('.') });
    }
    let written = false;
    const waiting = observer.log('build', { bytes: Buffer.from('late') }).then(() => {
      written = true;
      return written;
    });
    await observer.stageEnded('build', { kind: 'passed' }, {});
    expect(written).toBe(false);
    expect(await redis.xlen('cyclone:events')).toBe(1025);
    const consumer = consume(() => Promise.resolve());
    await consumer.start();
    await waiting;
  });
});

describe('our own server', () => {
  test('killed, it comes back with what was written', async () => {
    await redis.set('kept', 'yes');
    const info = await redis.info('server');
    const pid = Number(/process_id:(\d+)/.exec(info)?.[1]);
    // everysec: what is older than a second is on disk.
    await redis
      .call('WAITAOF', '1', '0', '2000')
      .catch(() => new Promise((resolve) => setTimeout(resolve, 1100)));
    const gone = new Promise((resolve) => redis.once('close', resolve));
    process.kill(pid, 'SIGKILL');
    await gone;
    await whenReady(redis);
    expect(await redis.get('kept')).toBe('yes');
  });

  test('left behind by a killed process, it is found and used on', async () => {
    await redis.set('left', 'here');
    const second = await startOwnRedis(dir, silent);
    expect(second.location).toEqual(own.location);
    expect(await redis.get('left')).toBe('here');
    const gone = new Promise((resolve) => redis.once('close', resolve));
    await second.stop();
    await gone;
    // The first owner still wants it.
    await whenReady(redis);
    expect(await redis.get('left')).toBe('here');
  });

  test('a prompt connection refuses at once while Redis is away', async () => {
    const far = connectRedis({ socket: path.join(dir, 'nothing.sock') }, 'prompt');
    far.on('error', () => undefined);
    await expect(far.set('a', 'b')).rejects.toThrow();
    far.disconnect();
  });

  test('a data directory too long for a socket puts the socket elsewhere', async () => {
    const long = path.join(dir, 'd'.repeat(60), 'e'.repeat(60));
    const elsewhere = await startOwnRedis(long, silent);
    const connection = connectRedis(elsewhere.location, 'patient');
    expect(await connection.ping()).toBe('PONG');
    connection.disconnect();
    await elsewhere.stop();
  });
});
