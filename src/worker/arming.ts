import type { ContainerStage, PlannedStage, StageId } from '../pipeline/model.js';
import { type Job, openTry, type Stand } from './job.js';
import { canArm, type Prepared, prepare } from './prepared.js';

/** Prepares the next container while the present stage runs: the stage then begins with one write. */
export interface Arming {
  /** Arms the next container stage at or behind `index`, if it can be. Twice is once. */
  ahead(index: number): void;
  take(stage: StageId): Armed | undefined;
}

/** What was made ahead belongs to the first try of its stage. */
export interface Armed {
  readonly job: Job;
  /** Undefined: the stage need not run, as it seemed. */
  readonly prepared: Promise<Prepared | undefined>;
}

export function createArming(job: Job, stand: Stand, stages: readonly PlannedStage[]): Arming {
  const armed = new Map<StageId, Armed>();
  return {
    ahead(index) {
      const next = stages.slice(index).find(({ spec }) => spec.kind === 'container');
      if (next?.spec.kind !== 'container' || armed.has(next.id)) return;
      if (!canArm(next) || job.lease.missingSecrets?.[next.id] !== undefined) return;
      // Services of two stages may bear the same names on the one network.
      const early = !stages.slice(0, stages.indexOf(next)).some(hasServices);
      const own = openTry(job);
      const prepared = job.spans.timed(
        { name: 'arm', detail: next.id },
        prepareIfNeeded(own, stand, next, next.spec, early),
      );
      // Its stage may never be reached; when it is, it is told.
      prepared.catch(() => undefined);
      armed.set(next.id, { job: own, prepared });
    },
    take: (stage) => armed.get(stage),
  };
}

async function prepareIfNeeded(
  job: Job,
  stand: Stand,
  stage: PlannedStage,
  spec: ContainerStage,
  early: boolean,
): Promise<Prepared | undefined> {
  if (stage.options?.inputs !== undefined && (await stand.reuse.decide(stage)).kind === 'reuse') {
    return undefined;
  }
  return await prepare(job, stand, stage, spec, { early });
}

function hasServices({ spec }: PlannedStage): boolean {
  return spec.kind === 'container' && spec.services.length > 0;
}
