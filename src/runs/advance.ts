import type { Conclusion, RunProgress, StageId, WorkerEvent } from '../pipeline/model.js';
import { progress, type RunEvent, ready } from '../pipeline/progress.js';
import { spansSince } from '../pipeline/spans.js';
import type { Concurrency } from './concurrency.js';
import type { Remember } from './depot.js';
import { labelsFor, type Placement } from './placement.js';
import type { Clock, JobQueue, Logger, RunListener, RunRecord, RunStore } from './ports.js';

export interface AdvanceDeps {
  readonly store: RunStore;
  readonly queue: JobQueue;
  readonly concurrency: Concurrency;
  readonly remember: Remember;
  readonly placement: Placement;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly changed: RunListener;
  /** Told once when a run is over. */
  readonly completed: (conclusion: Conclusion) => void;
  /** Told once of each: of stages that ended, and of jobs beside their stages. */
  readonly spent: (spans: ReturnType<typeof spansSince>) => void;
}

/** Moves runs on. Every method may be called again after a crash: the second time changes nothing. */
export interface Advance {
  /** Applies events of workers, in the order given. */
  reported(events: readonly WorkerEvent[]): Promise<void>;
  /** Applies one event of the server's own. @returns undefined when there is no such run */
  apply(run: number, event: RunEvent): Promise<RunRecord | undefined>;
  /** Queues what is ready and tells the listener: for a run just made, or found open at start. */
  resume(run: number): Promise<void>;
}

export function createAdvance(deps: AdvanceDeps): Advance {
  const apply = async (run: number, events: readonly RunEvent[]): Promise<RunRecord | undefined> => {
    let wasOpen = false;
    let before: RunProgress | undefined;
    const result = await deps.store.update(run, (record) => {
      before = record.progress;
      wasOpen = record.progress.run.status !== 'completed';
      return fold(record, events);
    });
    if (result === undefined) {
      deps.logger.warn({ run }, 'event of an unknown run');
      return undefined;
    }
    const { run: status } = result.run.progress;
    if (wasOpen && status.status === 'completed') {
      deps.logger.info({ run, conclusion: status.conclusion }, 'run completed');
      deps.completed(status.conclusion);
    }
    if (result.changed) {
      if (before !== undefined) deps.spent(spansSince(before, result.run.progress));
      deps.changed(run);
    }
    await deps.remember(result.run, endedStages(events));
    await sweepLeft(result.run, before);
    await passOnGroups(result.run);
    return enqueueReady(result.run);
  };

  /** Those who stood behind a stage that has ended: one of them has its group now, the others wait for another. */
  const passOnGroups = async (record: RunRecord): Promise<void> => {
    for (const run of await deps.concurrency.passOn(record)) {
      // Its own jobs are next anyway. What fails is not this run's event, and the reconciliation's to mend.
      if (run !== record.id) {
        await resume(run).catch((err: unknown) => deps.logger.warn({ err, run }, 'waiting run not resumed'));
      }
    }
  };

  /**
   * A job that was given back and now has nothing left to do still has its workspace with a worker: who
   * takes it gets no lease, and tidies up. A crash before this leaves the workspace to lie, and nothing else.
   */
  const sweepLeft = async (record: RunRecord, before: RunProgress | undefined): Promise<void> => {
    const left = before?.jobs.filter(({ status, attempt }) => status === 'waiting' && attempt > 0) ?? [];
    for (const { id: job, attempt } of left) {
      if (record.progress.jobs.some((after) => after.id === job && after.status === 'done')) {
        await enqueue(record, job, attempt + 1);
      }
    }
  };

  /**
   * Marks first, enqueues after: the other order could run a job twice. What was marked and not queued,
   * because of a crash or an error of Redis between the two, is queued when the step is tried again, or by
   * the reconciliation; the queue takes an attempt once.
   */
  const enqueueReady = async (record: RunRecord): Promise<RunRecord> => {
    let latest = record;
    for (const { id, status, attempt } of record.progress.jobs) {
      if (status === 'enqueued' && record.progress.run.status !== 'completed') {
        await enqueue(record, id, attempt);
      }
    }
    for (const job of ready(record.plan, record.progress)) {
      const verdict = await deps.concurrency.admits(record, job);
      if (verdict !== 'yes') {
        if (verdict === 'over') {
          await passOnGroups((await deps.store.load(record.id)) ?? record);
        }
        continue;
      }
      const attempt = 1 + (record.progress.jobs.find(({ id }) => id === job.id)?.attempt ?? 0);
      const where = await deps.placement.where(record, job);
      const marked = await deps.store.update(record.id, (now) =>
        progress(now.plan, now.progress, {
          type: 'job_enqueued',
          job: job.id,
          attempt,
          ...where,
          at: deps.clock.now(),
        }),
      );
      latest = marked?.run ?? latest;
      await enqueue(latest, job.id, attempt);
    }
    await deps.placement.look(latest);
    return latest;
  };

  const enqueue = (record: RunRecord, job: string, attempt: number): Promise<void> =>
    deps.queue.enqueue(record.id, job, attempt, labelsFor(record, job));

  const resume = async (run: number): Promise<void> => {
    const record = await deps.store.load(run);
    if (record !== undefined) {
      await enqueueReady(record);
      deps.changed(run);
    }
  };

  return {
    async reported(events) {
      for (const [run, ofRun] of groupByRun(events)) {
        await apply(run, ofRun);
      }
    },
    apply: (run, event) => apply(run, [event]),
    resume,
  };
}

function fold(record: RunRecord, events: readonly RunEvent[]): RunProgress {
  return events.reduce((now, event) => progress(record.plan, now, event), record.progress);
}

/** Also where the events come again: what was stored before a crash may not have been remembered. */
function endedStages(events: readonly RunEvent[]): readonly StageId[] {
  return events.flatMap((event) => (event.type === 'stage_ended' ? [event.stage] : []));
}

function groupByRun(events: readonly WorkerEvent[]): Map<number, WorkerEvent[]> {
  const groups = new Map<number, WorkerEvent[]>();
  for (const event of events) {
    const group = groups.get(event.run);
    if (group === undefined) {
      groups.set(event.run, [event]);
    } else {
      group.push(event);
    }
  }
  return groups;
}
