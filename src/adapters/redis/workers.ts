import type { Redis } from 'ioredis';
import type { Logger, WorkerPresence } from '../../runs/ports.js';
import type { WorkerSeen } from '../../web/ports.js';
import { aboutWorkerKey, WORKERS_CHANNEL, WORKERS_KEY, workerKey } from './keys.js';

const BEAT_MS = 10_000;
/** A worker that was killed is missed after this; one that stops says so. */
const GONE_MS = 3 * BEAT_MS;

/** What people are told of a worker, beside its name and labels. */
export interface AboutWorker {
  readonly host: string;
  /** Jobs that it takes at once. */
  readonly hands: number;
  /** ms since the epoch */
  readonly since: number;
}

export interface Announcement {
  /** So many jobs are in its hands from now on. */
  busy(jobs: number): void;
  /** The worker takes no more jobs. */
  leave(): Promise<void>;
}

/** Says that a worker is there, now and again and again: Redis may forget, and so may the worker itself end. */
export async function announceWorker(
  redis: Redis,
  worker: { readonly id: string; readonly labels: readonly string[]; readonly about?: AboutWorker },
  logger: Logger,
): Promise<Announcement> {
  let jobs = 0;
  const tell = async (): Promise<void> => {
    if (worker.about === undefined) return;
    const about: About = { ...worker.about, busy: jobs };
    await redis.set(aboutWorkerKey(worker.id), JSON.stringify(about), 'PX', GONE_MS);
  };
  const beat = async (): Promise<void> => {
    const said = await redis
      .multi()
      .sadd(WORKERS_KEY, worker.id)
      .set(workerKey(worker.id), JSON.stringify(worker.labels), 'PX', GONE_MS)
      .exec();
    await tell();
    if (said?.[0]?.[1] === 1) await redis.publish(WORKERS_CHANNEL, worker.id);
  };
  // One that was here before us may have had other labels: we are new.
  await redis.srem(WORKERS_KEY, worker.id);
  await beat();
  const regular = setInterval(() => {
    beat().catch((err: unknown) => logger.warn({ err }, 'worker not announced'));
  }, BEAT_MS);
  return {
    busy(now) {
      jobs = now;
      tell().catch((err: unknown) => logger.warn({ err }, 'worker does not say how busy it is'));
    },
    async leave() {
      clearInterval(regular);
      const keys = [workerKey(worker.id), aboutWorkerKey(worker.id)];
      await redis.multi().srem(WORKERS_KEY, worker.id).del(keys).exec();
      await redis.publish(WORKERS_CHANNEL, worker.id);
    },
  };
}

export function redisPresence(redis: Redis): WorkerPresence {
  return {
    async labels() {
      const ids = await redis.smembers(WORKERS_KEY);
      const said = ids.length === 0 ? [] : await redis.mget(ids.map(workerKey));
      const gone = ids.filter((_, index) => (said[index] ?? null) === null);
      if (gone.length > 0) await redis.srem(WORKERS_KEY, gone);
      return said.flatMap((labels) =>
        labels === null ? [] : [new Set(JSON.parse(labels) as readonly string[])],
      );
    },
  };
}

type About = AboutWorker & { readonly busy: number };

/** The workers that are there now, as people see them. */
export async function workersSeen(redis: Redis): Promise<readonly WorkerSeen[]> {
  const ids = (await redis.smembers(WORKERS_KEY)).toSorted();
  if (ids.length === 0) return [];
  const [said, told] = await Promise.all([
    redis.mget(ids.map(workerKey)),
    redis.mget(ids.map(aboutWorkerKey)),
  ]);
  return ids.flatMap((id, index): WorkerSeen[] => {
    const labels = said[index] ?? null;
    if (labels === null) return [];
    const about = JSON.parse(told[index] ?? '{}') as Partial<About>;
    return [
      {
        id,
        labels: (JSON.parse(labels) as readonly string[]).toSorted(),
        host: about.host,
        busy: about.busy,
        hands: about.hands,
        since: about.since,
      },
    ];
  });
}

/** Calls `changed` when a worker comes or goes; uses the connection for this alone. */
export async function watchWorkers(subscriber: Redis, changed: () => void): Promise<void> {
  subscriber.on('message', changed);
  await subscriber.subscribe(WORKERS_CHANNEL);
}
