import { DelayedError, type Job, WaitingError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from '../../runs/ports.js';
import { FenceLost } from '../../worker/ports.js';
import { tellFailed } from './failed-jobs.js';
import type { JobData } from './job-queues.js';
import { watchQueues } from './wanted-queues.js';

/** A dead worker is noticed after LOCK + CHECK at the most: seconds, not BullMQ's minute. */
const LOCK_MS = 5000;
const CHECK_MS = 2000;
/** How often a job may lose its worker before we stop blaming the workers. */
const MOST_DEATHS = 4;

/** How long a job that cannot be begun lets others try. */
const NOT_NOW_MS = 1000;

/** Thrown by `process`: the job was not begun, and waits for better days or another worker. */
export class NotNow extends Error {
  override readonly name = 'NotNow';
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

export interface JobWorkerDeps {
  /** Jobs at once, over all queues. */
  readonly concurrency: number;
  /** What jobs may ask for. */
  readonly labels: ReadonlySet<string>;
  readonly process: (run: number, job: string, signal: AbortSignal) => Promise<void>;
  readonly logger: Logger;
}

/** One queue that this worker listens to. */
interface Listener {
  readonly worker: Worker<JobData>;
  /** Jobs of it in hand. */
  busy: number;
}

/**
 * `signal` aborts with a string when the run is cancelled, and with FenceLost when the lock on the job is
 * gone: by then another worker may have it.
 *
 * BullMQ limits jobs by queue. Over several, what a worker is given while its hands are full goes back to the
 * head of its queue at once, where others see it, and that queue is paused until a hand is free.
 */
export function jobWorker(connection: Redis, deps: JobWorkerDeps): JobWorker {
  const { concurrency, logger } = deps;
  const inHand = new Map<string, { readonly run: number; readonly abort: AbortController }>();
  const listeners = new Map<string, Listener>();
  let busy = 0;
  let paused = false;
  let closed = false;

  const listen = ({ worker }: Listener): void => {
    const begin = worker.isRunning() || worker.isPaused() ? worker.resume() : worker.run();
    begin.catch((err: unknown) => logger.warn({ err }, 'job worker cannot listen'));
  };
  const pause = ({ worker }: Listener): void => {
    worker.pause(true).catch((err: unknown) => logger.warn({ err }, 'job worker cannot pause'));
  };
  /** A queue that has all our hands takes no more by itself; paused, it would not look for jobs of dead workers. */
  const settle = (listener: Listener): void => {
    if (paused || (busy >= concurrency && listener.busy < concurrency)) pause(listener);
    else listen(listener);
  };
  const settleAll = (): void => {
    if (!closed) listeners.forEach(settle);
  };

  const carry = async (listener: Listener, job: Job<JobData>, token: string | undefined): Promise<void> => {
    if (busy >= concurrency || paused || closed || listeners.get(listener.worker.name) !== listener) {
      if (!closed) settle(listener);
      await job.moveToWait(token);
      throw new WaitingError();
    }
    busy += 1;
    listener.busy += 1;
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
      if (inHand.get(id) === held) inHand.delete(id);
      const wasFull = busy >= concurrency;
      busy -= 1;
      listener.busy -= 1;
      if (wasFull) settleAll();
    }
  };

  const open = (queue: string): Listener => {
    const listener: Listener = {
      busy: 0,
      worker: new Worker<JobData>(queue, (job, token) => carry(listener, job, token), {
        connection,
        concurrency,
        autorun: false,
        lockDuration: LOCK_MS,
        stalledInterval: CHECK_MS,
        maxStalledCount: MOST_DEATHS,
      }),
    };
    const { worker } = listener;
    worker.on('error', (err) => logger.warn({ err }, 'job worker'));
    worker.on('lockRenewalFailed', (ids) => {
      for (const id of ids) inHand.get(id)?.abort.abort(new FenceLost(`the lock on ${id} is lost`));
    });
    worker.on('failed', (job, err) => {
      logger.error({ err, job: job?.id }, 'job failed');
      if (job === undefined) return;
      tellFailed(connection, job.data).catch((cause: unknown) =>
        logger.warn({ err: cause, job: job.id }, 'job failure not told'),
      );
    });
    return listener;
  };

  const watch = watchQueues(
    connection,
    deps.labels,
    async (queues) => {
      if (closed) return;
      for (const queue of queues) {
        if (listeners.has(queue)) continue;
        const listener = open(queue);
        listeners.set(queue, listener);
        settle(listener);
      }
      for (const [queue, { worker, busy: own }] of listeners) {
        if (queues.has(queue) || own > 0) continue;
        listeners.delete(queue);
        await worker.close();
      }
    },
    logger,
  );

  return {
    pause() {
      paused = true;
      settleAll();
    },
    resume() {
      paused = false;
      settleAll();
    },
    cancel(run, reason) {
      for (const { run: of, abort } of inHand.values()) {
        if (of === run) abort.abort(reason);
      }
    },
    async close() {
      closed = true;
      await watch.close();
      await Promise.all([...listeners.values()].map(({ worker }) => worker.close()));
    },
  };
}
