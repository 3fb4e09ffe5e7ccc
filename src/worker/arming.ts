import type { PlannedStage, StageId } from '../pipeline/model.js';
import type { Job, Stand } from './job.js';
import { canArm, type Prepared, prepare } from './prepared.js';

/** Prepares the next container while the present stage runs: the stage then begins with one write. */
export interface Arming {
  /** Arms the next container stage at or behind `index`, if it can be. Twice is once. */
  ahead(index: number): void;
  take(stage: StageId): Promise<Prepared> | undefined;
}

export function createArming(job: Job, stand: Stand, stages: readonly PlannedStage[]): Arming {
  const armed = new Map<StageId, Promise<Prepared>>();
  return {
    ahead(index) {
      const next = stages.slice(index).find(({ spec }) => spec.kind === 'container');
      if (next?.spec.kind !== 'container' || armed.has(next.id) || !canArm(next)) return;
      // Services of two stages may bear the same names on the one network.
      const early = !stages.slice(0, stages.indexOf(next)).some(hasServices);
      const prepared = prepare(job, stand, next, next.spec, { early });
      // Its stage may never be reached; when it is, it is told.
      prepared.catch(() => undefined);
      armed.set(next.id, prepared);
    },
    take: (stage) => armed.get(stage),
  };
}

function hasServices({ spec }: PlannedStage): boolean {
  return spec.kind === 'container' && spec.services.length > 0;
}
