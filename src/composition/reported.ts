import { getSystemErrorMap } from 'node:util';
import { ownerOf, type Reported } from '../adapters/redis/event-entries.js';
import type { Live } from '../logs/live.js';
import type { LogArchive } from '../logs/ports.js';
import type { WorkerEvent } from '../pipeline/model.js';
import type { Advance } from '../runs/advance.js';
import type { Clock, Fences, Logger, RunStore } from '../runs/ports.js';

/**
 * Applies what workers reported, in the order of the stream: a stage's end is applied after the last byte of its log
 * is kept, so that its check shows the end of the log.
 */
export async function applyReported(
  batch: readonly Reported[],
  to: {
    readonly archive: Pick<LogArchive, 'append'>;
    readonly live: Pick<Live, 'published'>;
    readonly advance: Pick<Advance, 'reported'>;
  },
): Promise<void> {
  let events: WorkerEvent[] = [];
  const flush = async (): Promise<void> => {
    const ready = events;
    events = [];
    await to.advance.reported(ready);
  };
  for (const entry of batch) {
    if (entry.kind === 'event') {
      events.push(entry.event);
    } else {
      if (events.length > 0) {
        await flush();
      }
      await to.archive.append(entry.segment);
      to.live.published(entry.segment);
    }
  }
  await flush();
}

export interface PutAsideDeps {
  readonly store: Pick<RunStore, 'load'>;
  readonly advance: Pick<Advance, 'apply'>;
  readonly fences: Fences;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Rejects while the database takes nothing. */
  readonly writable: () => Promise<void>;
}

/**
 * What was reported can never be applied: its job ends with the reason, and its owner stops at its next word. A job
 * that has another owner by now is left alone.
 */
export function createPutAside(deps: PutAsideDeps): (reported: Reported, error: unknown) => Promise<void> {
  const end = async (reported: Reported, error: unknown): Promise<void> => {
    const { run, job, fence } = ownerOf(reported);
    const record = await deps.store.load(run);
    const now = record?.progress.jobs.find(({ id }) => id === job);
    if (now?.fence !== fence || now.status === 'done') return;
    await deps.fences.raise(run, job, fence);
    const reason = reasonOf(reported, error);
    await deps.advance.apply(run, { type: 'job_failed', job, reason, at: deps.clock.now() });
  };
  return async (reported, err) => {
    const owner = ownerOf(reported);
    deps.logger.error({ err, ...owner }, 'a report of a worker was put aside: it could not be applied');
    try {
      await end(reported, err);
    } catch (error) {
      // The run itself may be what is broken: then nobody else shall wait for it.
      await deps.writable();
      deps.logger.error({ err: error, ...owner }, 'a job whose reports cannot be applied was not ended');
    }
  };
}

/** Everybody who sees the check reads it: no paths of this machine. */
function reasonOf({ kind }: Reported, error: unknown): string {
  const { errno } = error as NodeJS.ErrnoException;
  const why = errno === undefined ? undefined : getSystemErrorMap().get(errno)?.[1];
  const what =
    kind === 'event' ? 'what its worker reported could not be stored' : 'its log could not be kept';
  return `${what}: ${why ?? "the server's own log says why"}`;
}
