import { isDeepStrictEqual } from 'node:util';
import { type ConnectionOptions, Queue, Worker } from 'bullmq';
import { parseCron } from '../../pipeline/config/cron.js';
import type { Repository } from '../../pipeline/model.js';
import { nextDue } from '../../pipeline/next-due.js';
import type { Logger, Schedule, ScheduleDue, Schedules } from '../../runs/ports.js';

const QUEUE = 'schedule';

/** About an hour of tries: what GitHub keeps back for longer is the next slot's. */
const ATTEMPTS = 60;
const BACKOFF_MAX_MS = 60_000;
const KEEP_SECONDS = 24 * 3600;

interface Template {
  readonly repository: Repository;
  readonly number: number;
  readonly schedule: Schedule;
}

export interface ScheduleQueue extends Schedules {
  close(): Promise<void>;
}

/** When a pattern is next due; both in ms since the epoch. */
export type NextTime = (after: number, pattern: string) => number | undefined;

/** What the reader of the file takes for a cron line, and not what BullMQ's own does: it knows others. */
const nextByCron: NextTime = (after, pattern) => {
  const read = parseCron(pattern);
  return read.ok ? nextDue(read.cron, after) : undefined;
};

const timing = (next: NextTime) => ({
  repeatStrategy: (after: number, { pattern = '' }: { readonly pattern?: string }) => next(after, pattern),
});

export function scheduleQueue(
  connection: ConnectionOptions,
  logger: Logger,
  next: NextTime = nextByCron,
): ScheduleQueue {
  const queue = new Queue<Template>(QUEUE, { connection, settings: timing(next) });
  queue.on('error', (err) => logger.warn({ err }, 'schedule queue'));

  const kept = async (repository: number, number: number): Promise<Template | undefined> =>
    (await queue.getJobScheduler(idOf(repository, number)))?.template?.data;

  const isKept = async (template: Template): Promise<boolean> =>
    isDeepStrictEqual(await kept(template.repository.id, template.number), template);

  return {
    async has(repository, schedules) {
      for (const [number, schedule] of schedules.entries()) {
        if (!(await isKept({ repository, number, schedule }))) return false;
      }
      return (await kept(repository.id, schedules.length)) === undefined;
    },
    async set(repository, schedules) {
      for (const [number, schedule] of schedules.entries()) {
        const template = { repository, number, schedule };
        // Put anew, one that is due this moment would lose its slot.
        if (await isKept(template)) continue;
        await queue.upsertJobScheduler(
          idOf(repository.id, number),
          { pattern: schedule.cron },
          {
            name: 'due',
            data: template,
            opts: {
              attempts: ATTEMPTS,
              backoff: { type: 'capped' },
              removeOnComplete: { age: KEEP_SECONDS },
              removeOnFail: { age: KEEP_SECONDS },
            },
          },
        );
      }
      let end = schedules.length;
      while ((await kept(repository.id, end)) !== undefined) end += 1;
      // From behind: what a crash leaves is still found by counting.
      for (let number = end - 1; number >= schedules.length; number -= 1) {
        await queue.removeJobScheduler(idOf(repository.id, number));
      }
    },
    close: () => queue.close(),
  };
}

/**
 * Calls `process` when a schedule's time has come. Times that went by while nobody listened are made good
 * for once: BullMQ keeps one entry of each schedule, and makes the next when that is taken.
 */
export function scheduleWorker(
  connection: ConnectionOptions,
  deps: {
    readonly process: (due: ScheduleDue) => Promise<void>;
    readonly logger: Logger;
    readonly next?: NextTime;
  },
): { close(): Promise<void> } {
  const worker = new Worker<Template>(
    QUEUE,
    async ({ data, opts, timestamp, attemptsMade }) => {
      // The time that was meant, also where it is long past.
      const slot = opts.prevMillis ?? timestamp;
      await deps.process({ ...data, slot, again: attemptsMade > 0 });
    },
    {
      connection,
      concurrency: 4,
      lockDuration: 10_000,
      stalledInterval: 2000,
      maxStalledCount: 1000,
      settings: {
        ...timing(deps.next ?? nextByCron),
        backoffStrategy: (made) => Math.min(1000 * 2 ** Math.min(made, 10), BACKOFF_MAX_MS),
      },
    },
  );
  worker.on('error', (err) => deps.logger.warn({ err }, 'schedule worker'));
  worker.on('failed', (job, err) =>
    deps.logger.warn(
      { err, schedule: job?.repeatJobKey, attempt: job?.attemptsMade },
      'schedule not carried out',
    ),
  );
  return { close: () => worker.close() };
}

function idOf(repository: number, number: number): string {
  return `repository-${String(repository)}-${String(number)}`;
}
