import { type ConnectionOptions, Queue, Worker } from 'bullmq';
import type { IntakeQueue, Logger, SignedIncoming } from '../../runs/ports.js';

const QUEUE = 'intake';

/**
 * GitHub redelivers for three days: so long a delivery is remembered. A later one still finds its run by
 * repository, commit and scope.
 */
const REMEMBER_SECONDS = 3 * 24 * 3600;
/** A day at the longest wait of 10 s: an outage of GitHub is waited out, a bug of ours is not for ever. */
const ATTEMPTS = 8640;
const BACKOFF_MAX_MS = 10_000;

export interface IntakeProducer extends IntakeQueue {
  close(): Promise<void>;
}

/**
 * `connection` is ready, and fails at once when Redis is away later: the webhook's answer depends on it.
 * BullMQ asks for the version when it is constructed, which such a connection refuses before it is ready.
 */
export function intakeProducer(connection: ConnectionOptions, logger: Logger): IntakeProducer {
  const queue = new Queue<SignedIncoming>(QUEUE, {
    connection,
    skipWaitingForReady: true,
    skipVersionCheck: true,
  });
  queue.on('error', (err) => logger.warn({ err }, 'intake queue'));
  return {
    async add(incoming) {
      await queue.add('delivery', incoming, {
        // No colon and no bare integer may be an id; the prefix rules both out.
        jobId: `delivery-${incoming.delivery}`,
        attempts: ATTEMPTS,
        backoff: { type: 'capped' },
        removeOnComplete: { age: REMEMBER_SECONDS },
        removeOnFail: { age: REMEMBER_SECONDS },
      });
    },
    close: () => queue.close(),
  };
}

export interface Consumer {
  /** Takes no new job, finishes those in hand. */
  close(): Promise<void>;
}

export function intakeConsumer(
  connection: ConnectionOptions,
  deps: {
    readonly process: (incoming: SignedIncoming) => Promise<void>;
    /** Resolves when one more may begin. Absent: at once. */
    readonly breath?: () => Promise<void>;
    readonly logger: Logger;
  },
): Consumer {
  const worker = new Worker<SignedIncoming>(
    QUEUE,
    async (job) => {
      await deps.breath?.();
      try {
        await deps.process(job.data);
      } catch (error) {
        const fields = { err: error, delivery: job.data.delivery, attempt: job.attemptsMade + 1 };
        deps.logger.warn(fields, 'intake failed');
        throw error;
      }
    },
    {
      connection,
      concurrency: 16,
      lockDuration: 10_000,
      stalledInterval: 2000,
      maxStalledCount: 1000,
      settings: { backoffStrategy: (made) => Math.min(250 * 2 ** Math.min(made, 10), BACKOFF_MAX_MS) },
    },
  );
  worker.on('error', (err) => deps.logger.warn({ err }, 'intake worker'));
  return { close: () => worker.close() };
}
