import { lastWorker, neededLabels, workerWith } from '../pipeline/labels.js';
import type { PlannedJob } from '../pipeline/model.js';
import { progress } from '../pipeline/progress.js';
import { nextStage, type StageWaits } from '../pipeline/waiting.js';
import type { Clock, JobQueue, RunListener, RunRecord, RunStore, WorkerPresence } from './ports.js';
import { isThere, unbind } from './unbind.js';

export interface PlacementDeps {
  readonly presence: WorkerPresence;
  readonly queue: JobQueue;
  readonly store: RunStore;
  readonly clock: Clock;
  readonly changed: RunListener;
}

/** Says of jobs in the queue that nobody is there who may take them, and when somebody is. */
export interface Placement {
  /** The worker that a job is best queued for, as part of that event: who has what its last try left, and is there. */
  where(record: RunRecord, job: PlannedJob): Promise<{ readonly worker?: string }>;
  /** Looks at a run whose jobs may just have been queued. */
  look(record: RunRecord): Promise<void>;
  /** Looks at every open run that minds: workers have come or gone. */
  lookAll(): Promise<void>;
}

export function createPlacement({ presence, queue, store, clock, changed }: PlacementDeps): Placement {
  const look = async (before: RunRecord): Promise<void> => {
    const isBound = before.progress.jobs.some(({ boundTo }) => boundTo !== undefined);
    const record = isBound ? await unbind({ queue, store, clock }, before, await presence.labels()) : before;
    const queued = new Set(
      record.progress.jobs.filter(({ status }) => status === 'enqueued').map(({ id }) => id),
    );
    const choosy = record.plan.jobs
      .filter(({ id }) => queued.has(id))
      .map((job) => ({ job, labels: neededLabels(record.progress, job) }))
      .filter(({ labels }) => labels.length > 0);
    if (choosy.length === 0 || record.progress.run.status === 'completed') return;
    const workers = await presence.labels();
    const events = choosy.flatMap(({ job, labels }): StageWaits[] => {
      const stage = nextStage(record.progress, job);
      if (stage === undefined) return [];
      const somebody = workers.some((worker) => labels.every((label) => worker.has(label)));
      const waits = somebody ? undefined : wordsFor(job, labels);
      return [{ type: 'stage_waits', stage, waits, while: 'enqueued', at: clock.now() }];
    });
    const result = await store.update(record.id, (now) =>
      events.reduce((progressed, event) => progress(now.plan, progressed, event), now.progress),
    );
    if (result?.changed === true) changed(record.id);
  };

  return {
    async where(record, job) {
      const worker = lastWorker(record.progress, job);
      return worker !== undefined && isThere(worker, await presence.labels()) ? { worker } : {};
    },
    look,
    async lookAll() {
      for (const id of await store.choosy()) {
        const record = await store.load(id);
        if (record !== undefined) await look(record);
      }
    },
  };
}

/** The labels of a job as the run stands; none: any worker will do. */
export function labelsFor({ plan, progress: now }: RunRecord, id: string): readonly string[] {
  const job = plan.jobs.find((planned) => planned.id === id);
  return job === undefined ? [] : neededLabels(now, job);
}

function wordsFor({ imageOf, runsOn = [] }: PlannedJob, labels: readonly string[]): string {
  if (imageOf === undefined) return `${workerWith(labels)}: none is there`;
  const also = runsOn.length === 0 ? '' : `, which must be ${workerWith(runsOn)}`;
  return `the worker that has the image of ${imageOf}${also}: it is not there; should it not come back, cancel the run and run ${imageOf} again`;
}
