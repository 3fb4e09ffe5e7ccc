import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { JobQueue, Logger } from '../../runs/ports.js';
import type { QueueSeen } from '../../web/ports.js';
import {
  ANY_WORKER,
  type JobData,
  jobId,
  LEFT_KEY,
  labelsOf,
  QUEUES_CHANNEL,
  QUEUES_KEY,
  queueName,
} from './job-queues.js';

const KEEP_SECONDS = 24 * 3600;
/** A queue with labels that nobody wanted for so long leaves nothing in Redis. */
const FORGOTTEN_AFTER_MS = 7 * 24 * 3600 * 1000;

export interface Jobs extends JobQueue {
  /**
   * Lets go of queues with labels that hold no job: workers need not listen to them. A week later nothing of them is
   * left in Redis.
   */
  tidy(): Promise<void>;
  /** What waits in each queue, that for any worker first. */
  seen(): Promise<readonly QueueSeen[]>;
  close(): Promise<void>;
}

export function jobQueue(connection: Redis, logger: Logger, now: () => number = Date.now): Jobs {
  const queues = new Map<string, Queue<JobData>>();
  const queueOf = (name: string): Queue<JobData> => {
    const queue = queues.get(name) ?? new Queue<JobData>(name, { connection });
    if (!queues.has(name)) {
      queue.on('error', (err) => logger.warn({ err }, 'job queue'));
      queues.set(name, queue);
    }
    return queue;
  };
  const letGo = async (name: string): Promise<void> => {
    await queues.get(name)?.close();
    queues.delete(name);
  };
  /** BullMQ's own keys of a queue have no end. */
  const forget = async (): Promise<void> => {
    for (const name of await connection.zrangebyscore(LEFT_KEY, 0, now() - FORGOTTEN_AFTER_MS)) {
      // Wanted again since: it is let go anew when that is over.
      if ((await connection.sismember(QUEUES_KEY, name)) === 0) {
        await queueOf(name).obliterate();
        await letGo(name);
      }
      await connection.zrem(LEFT_KEY, name);
    }
  };
  return {
    async enqueue(run, job, attempt, labels = []) {
      const data: JobData = { run, job };
      const name = queueName(labels);
      await queueOf(name).add('job', data, {
        jobId: jobId(run, job, attempt),
        removeOnComplete: { age: KEEP_SECONDS },
        removeOnFail: { age: KEEP_SECONDS },
      });
      // Behind the job: `tidy` takes no queue away that has one. Between the two a crash, or a tidying that
      // counted before: the job is enqueued again by the reconciliation, and its queue with it.
      if (name !== ANY_WORKER && (await connection.sadd(QUEUES_KEY, name)) > 0) {
        await connection.publish(QUEUES_CHANNEL, name);
      }
    },
    async state(run, job, attempt, labels = []) {
      const state = await queueOf(queueName(labels)).getJobState(jobId(run, job, attempt));
      if (state === 'failed') {
        return 'failed';
      }
      return state === 'unknown' || state === 'completed' ? 'gone' : 'alive';
    },
    async withdraw(run, job, attempt, labels = []) {
      const queue = queueOf(queueName(labels));
      const id = jobId(run, job, attempt);
      const state = await queue.getJobState(id);
      // One that is over may be removed as well, and is not ours to give to others. One in hand is locked.
      return (
        state !== 'unknown' && state !== 'completed' && state !== 'failed' && (await queue.remove(id)) === 1
      );
    },
    async tidy() {
      for (const name of await connection.smembers(QUEUES_KEY)) {
        const counts = await queueOf(name).getJobCounts('wait', 'active', 'delayed', 'prioritized');
        if (Object.values(counts).every((count) => count === 0)) {
          await connection.zadd(LEFT_KEY, now(), name);
          await connection.srem(QUEUES_KEY, name);
          await connection.publish(QUEUES_CHANNEL, name);
          await letGo(name);
        }
      }
      await forget();
    },
    async seen() {
      const names = [ANY_WORKER, ...(await connection.smembers(QUEUES_KEY)).toSorted()];
      return Promise.all(names.map((name) => look(queueOf(name))));
    },
    async close() {
      await Promise.all([...queues.values()].map((queue) => queue.close()));
    },
  };
}

/** A job that a worker gave back for now stands in `delayed`. */
const WAITING = ['wait', 'prioritized', 'delayed'] as const;

async function look(queue: Queue<JobData>): Promise<QueueSeen> {
  const [counts, firsts] = await Promise.all([
    queue.getJobCounts(...WAITING),
    queue.getJobs([...WAITING], 0, 0, true),
  ]);
  const times = firsts.map(({ timestamp }) => timestamp);
  return {
    labels: labelsOf(queue.name),
    waiting: Object.values(counts).reduce((sum, count) => sum + count, 0),
    oldestAt: times.length === 0 ? undefined : Math.min(...times),
  };
}
