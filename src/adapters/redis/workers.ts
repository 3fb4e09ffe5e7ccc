import type { Redis } from 'ioredis';
import type { Logger, WorkerPresence } from '../../runs/ports.js';
import { WORKERS_CHANNEL, WORKERS_KEY, workerKey } from './keys.js';

const BEAT_MS = 10_000;
/** A worker that was killed is missed after this; one that stops says so. */
const GONE_MS = 3 * BEAT_MS;

export interface Announcement {
  /** The worker takes no more jobs. */
  leave(): Promise<void>;
}

/** Says that a worker is there, now and again and again: Redis may forget, and so may the worker itself end. */
export async function announceWorker(
  redis: Redis,
  worker: { readonly id: string; readonly labels: readonly string[] },
  logger: Logger,
): Promise<Announcement> {
  const beat = async (): Promise<void> => {
    const said = await redis
      .multi()
      .sadd(WORKERS_KEY, worker.id)
      .set(workerKey(worker.id), JSON.stringify(worker.labels), 'PX', GONE_MS)
      .exec();
    if (said?.[0]?.[1] === 1) await redis.publish(WORKERS_CHANNEL, worker.id);
  };
  // One that was here before us may have had other labels: we are new.
  await redis.srem(WORKERS_KEY, worker.id);
  await beat();
  const regular = setInterval(() => {
    beat().catch((err: unknown) => logger.warn({ err }, 'worker not announced'));
  }, BEAT_MS);
  return {
    async leave() {
      clearInterval(regular);
      await redis.multi().srem(WORKERS_KEY, worker.id).del(workerKey(worker.id)).exec();
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

/** Calls `changed` when a worker comes or goes; uses the connection for this alone. */
export async function watchWorkers(subscriber: Redis, changed: () => void): Promise<void> {
  subscriber.on('message', changed);
  await subscriber.subscribe(WORKERS_CHANNEL);
}
