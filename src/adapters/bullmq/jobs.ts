import { type ConnectionOptions, DelayedError, Queue, QueueEvents, Worker } from 'bullmq';
import type { JobQueue, Logger } from '../../runs/ports.js';
import { FenceLost } from '../../worker/ports.js';

const QUEUE = 'jobs';

/** A dead worker is noticed after LOCK + CHECK at the most: seconds, not BullMQ's minute. */
const LOCK_MS = 5000;
const CHECK_MS = 2000;
/** How often a job may lose its worker before we stop blaming the workers. */
const MOST_DEATHS = 4;
const KEEP_SECONDS = 24 * 3600;

/** How long a job that cannot be begun lets others try. */
const NOT_NOW_MS = 1000;

/** Thrown by `process`: the job was not begun, and waits for better days or another worker. */
export class NotNow extends Error {
  override readonly name = 'NotNow';
}

interface JobData {
  readonly run: number;
  readonly job: string;
}

export interface Jobs extends JobQueue {
  close(): Promise<void>;
}

export function jobQueue(connection: ConnectionOptions, logger: Logger): Jobs {
  const queue = new Queue<JobData>(QUEUE, { connection });
  queue.on('error', (err) => logger.warn({ err }, 'job queue'));
  return {
    async enqueue(run, job, attempt) {
      const data: JobData = { run, job };
      await queue.add('job', data, {
        jobId: jobId(run, job, attempt),
        removeOnComplete: { age: KEEP_SECONDS },
        removeOnFail: { age: KEEP_SECONDS },
      });
    },
    async state(run, job, attempt) {
      const state = await queue.getJobState(jobId(run, job, attempt));
      if (state === 'failed') {
        return 'failed';
      }
      return state === 'unknown' || state === 'completed' ? 'gone' : 'alive';
    },
    close: () => queue.close(),
  };
}

/** Calls `failed` when the queue gives a job up, on whatever machine its workers died. */
export function watchFailedJobs(
  connection: ConnectionOptions,
  failed: (run: number, job: string) => void,
  logger: Logger,
): { close(): Promise<void> } {
  const events = new QueueEvents(QUEUE, { connection });
  events.on('error', (err) => logger.warn({ err }, 'job events'));
  events.on('failed', ({ jobId: id }) => {
    const parsed = parseJobId(id);
    if (parsed !== undefined) {
      failed(parsed.run, parsed.job);
    }
  });
  return { close: () => events.close() };
}

export interface JobWorker {
  /** Takes no new job; those in hand go on. */
  pause(): void;
  resume(): void;
  /** Aborts the jobs in hand that belong to the run. */
  cancel(run: number, reason: string): void;
  /** Resolves when the jobs in hand are over. */
  close(): Promise<void>;
}

/**
 * `signal` aborts with a string when the run is cancelled, and with FenceLost when the lock on the job is
 * gone: by then another worker may have it.
 */
export function jobWorker(
  connection: ConnectionOptions,
  deps: {
    readonly concurrency: number;
    readonly process: (run: number, job: string, signal: AbortSignal) => Promise<void>;
    readonly logger: Logger;
  },
): JobWorker {
  const inHand = new Map<string, { readonly run: number; readonly abort: AbortController }>();
  const worker = new Worker<JobData>(
    QUEUE,
    async (job, token) => {
      const abort = new AbortController();
      const held = { run: job.data.run, abort };
      const id = job.id ?? '';
      inHand.set(id, held);
      try {
        await deps.process(job.data.run, job.data.job, abort.signal);
      } catch (error) {
        if (error instanceof NotNow) {
          await job.moveToDelayed(Date.now() + NOT_NOW_MS, token);
          throw new DelayedError();
        }
        throw error;
      } finally {
        // The same process may have taken its own stalled job again.
        if (inHand.get(id) === held) {
          inHand.delete(id);
        }
      }
    },
    {
      connection,
      concurrency: deps.concurrency,
      lockDuration: LOCK_MS,
      stalledInterval: CHECK_MS,
      maxStalledCount: MOST_DEATHS,
    },
  );
  worker.on('error', (err) => deps.logger.warn({ err }, 'job worker'));
  worker.on('lockRenewalFailed', (ids) => {
    for (const id of ids) {
      inHand.get(id)?.abort.abort(new FenceLost(`the lock on ${id} is lost`));
    }
  });
  worker.on('failed', (job, err) => deps.logger.error({ err, job: job?.id }, 'job failed'));
  return {
    pause() {
      worker.pause(true).catch((err: unknown) => deps.logger.warn({ err }, 'job worker cannot pause'));
    },
    resume() {
      worker.resume().catch((err: unknown) => deps.logger.warn({ err }, 'job worker cannot resume'));
    },
    cancel(run, reason) {
      for (const { run: of, abort } of inHand.values()) {
        if (of === run) {
          abort.abort(reason);
        }
      }
    },
    close: () => worker.close(),
  };
}

function jobId(run: number, job: string, attempt: number): string {
  return `run-${String(run)}-${String(attempt)}-${job}`;
}

function parseJobId(id: string): JobData | undefined {
  const [, run, job] = /^run-(\d+)-\d+-(.+)$/.exec(id) ?? [];
  return run === undefined || job === undefined ? undefined : { run: Number(run), job };
}
