import type { Redis } from 'ioredis';
import type { Logger } from '../../runs/ports.js';
import type { JobData } from './job-queues.js';

const CHANNEL = 'cyclone:job-failed';

/** Said by the worker that finds it: the queues are many, and the server listens to none of them. */
export async function tellFailed(connection: Redis, { run, job }: JobData): Promise<void> {
  await connection.publish(CHANNEL, JSON.stringify({ run, job }));
}

/**
 * Calls `failed` when a queue gives a job up, on whatever machine its workers died. What is not heard, the
 * reconciliation finds.
 */
export function watchFailedJobs(
  connection: Redis,
  failed: (run: number, job: string) => void,
  logger: Logger,
): { close(): Promise<void> } {
  const subscriber = connection.duplicate();
  subscriber.on('error', (err) => logger.debug({ err }, 'job failures'));
  subscriber.on('message', (_channel, message) => {
    const { run, job } = JSON.parse(message) as JobData;
    failed(run, job);
  });
  subscriber.subscribe(CHANNEL).catch((err: unknown) => logger.warn({ err }, 'job failures not heard'));
  return {
    close() {
      subscriber.disconnect();
      return Promise.resolve();
    },
  };
}
