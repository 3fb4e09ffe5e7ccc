import type { Redis } from 'ioredis';
import type { Logger } from '../../runs/ports.js';
import { ANY_WORKER, labelsOf, QUEUES_CHANNEL, QUEUES_KEY } from './job-queues.js';

/** What a message did not say in time is seen this much later. */
const LOOK_MS = 10_000;

/**
 * Calls `found` with all queues whose jobs a worker with these labels may take: now, when one is new or gone,
 * and after Redis was away. One call at a time.
 */
export function watchQueues(
  connection: Redis,
  labels: ReadonlySet<string>,
  found: (queues: ReadonlySet<string>) => Promise<void>,
  logger: Logger,
): { close(): Promise<void> } {
  const subscriber = connection.duplicate();
  let looking: Promise<void> = Promise.resolve();
  let waiting = false;
  const lookBehind = async (before: Promise<void>): Promise<void> => {
    await before;
    waiting = false;
    try {
      const known = await connection.smembers(QUEUES_KEY);
      const mine = known.filter((queue) => labelsOf(queue).every((label) => labels.has(label)));
      await found(new Set([ANY_WORKER, ...mine]));
    } catch (err) {
      logger.warn({ err }, 'queues not looked at');
    }
  };
  const look = (): void => {
    if (waiting) return;
    waiting = true;
    looking = lookBehind(looking);
  };
  subscriber.on('error', (err) => logger.debug({ err }, 'queue changes'));
  subscriber.on('message', look);
  subscriber.on('ready', look);
  subscriber
    .subscribe(QUEUES_CHANNEL)
    .catch((err: unknown) => logger.warn({ err }, 'queue changes not heard'));
  const regular = setInterval(look, LOOK_MS);
  look();
  return {
    async close() {
      clearInterval(regular);
      subscriber.disconnect();
      waiting = true;
      await looking;
    },
  };
}
