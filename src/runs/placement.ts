import { workerWith } from '../pipeline/labels.js';
import { progress } from '../pipeline/progress.js';
import { nextStage, type StageWaits } from '../pipeline/waiting.js';
import type { Clock, RunListener, RunRecord, RunStore, WorkerPresence } from './ports.js';

export interface PlacementDeps {
  readonly presence: WorkerPresence;
  readonly store: RunStore;
  readonly clock: Clock;
  readonly changed: RunListener;
}

/** Says of jobs in the queue that nobody is there who may take them, and when somebody is. */
export interface Placement {
  /** Looks at a run whose jobs may just have been queued. */
  look(record: RunRecord): Promise<void>;
  /** Looks at every open run: workers have come or gone. */
  lookAll(): Promise<void>;
}

export function createPlacement({ presence, store, clock, changed }: PlacementDeps): Placement {
  const look = async (record: RunRecord): Promise<void> => {
    const queued = new Set(
      record.progress.jobs.filter(({ status }) => status === 'enqueued').map(({ id }) => id),
    );
    const choosy = record.plan.jobs.filter(({ id, runsOn }) => runsOn !== undefined && queued.has(id));
    if (choosy.length === 0 || record.progress.run.status === 'completed') return;
    const workers = await presence.labels();
    const events = choosy.flatMap((job): StageWaits[] => {
      const stage = nextStage(record.progress, job);
      if (stage === undefined) return [];
      const labels = job.runsOn ?? [];
      const somebody = workers.some((worker) => labels.every((label) => worker.has(label)));
      const waits = somebody ? undefined : `${workerWith(labels)}: none is there`;
      return [{ type: 'stage_waits', stage, waits, while: 'enqueued', at: clock.now() }];
    });
    const result = await store.update(record.id, (now) =>
      events.reduce((progressed, event) => progress(now.plan, progressed, event), now.progress),
    );
    if (result?.changed === true) changed(record.id);
  };

  return {
    look,
    async lookAll() {
      for (const id of await store.unfinished()) {
        const record = await store.load(id);
        if (record !== undefined) await look(record);
      }
    },
  };
}
