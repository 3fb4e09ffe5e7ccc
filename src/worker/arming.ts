import type { ContainerStage, PlannedStage, StageId } from '../pipeline/model.js';
import { type Job, openTry, type Stand } from './job.js';
import { type Armed, knowsMain, knowsServices, prepareMain } from './prepared.js';
import { prepareServices } from './steps/services.js';

/**
 * So many stages at and behind the one that is reached next have made what can be made: of those that take a moment,
 * each would wait for the next one's container. A shell that waits takes about 1 MiB, and 10 of the engine's.
 */
const AHEAD = 3;

/**
 * What waits for others to join it takes as long as a stage's container with a namespace of its own, and saves each
 * two thirds of that: where none stood ready, so many stages pay for it. The first does not wait for it.
 */
const SHARED_BY = 4;

/** Prepares what the next stages need while the present one runs: a stage then begins with one write. */
export interface Arming {
  /** Arms the stages at and behind `index`, the nearest first, as far as they can be. Twice is once. */
  ahead(index: number): void;
  take(stage: StageId): Armed | undefined;
}

export function createArming(job: Job, stand: Stand, stages: readonly PlannedStage[]): Arming {
  const all = new Map<StageId, Armed>();

  /** @param turn when the engine has time for it; @returns when it is there, or cannot be */
  const arm = (
    stage: PlannedStage & { readonly spec: ContainerStage },
    turn: Promise<unknown>,
  ): Promise<unknown> => {
    const { id, spec } = stage;
    const armed = all.get(id) ?? { job: openTry(job) };
    all.set(id, armed);
    const inTurn = async <T>(make: () => Promise<T>): Promise<T | undefined> => {
      await turn;
      return (await isNeeded(stand, stage))
        ? await job.spans.timed({ name: 'arm', detail: id }, make())
        : undefined;
    };
    if (spec.services.length > 0 && knowsServices(spec)) {
      // Services of two stages may bear the same names on the one network.
      const early = !stages.slice(0, stages.indexOf(stage)).some(hasServices);
      armed.services ??= inTurn(() => prepareServices(armed.job, stand, stage, spec, early));
    }
    if (knowsMain(spec, stand.built)) {
      armed.main ??= inTurn(() => prepareMain(armed.job, stand, stage, spec));
    }
    // Its stage may never be reached; when it is, it is told of what failed.
    return Promise.allSettled([armed.services, armed.main]);
  };

  const paysOff = stages.filter(({ spec }) => spec.kind === 'container').length >= SHARED_BY;
  /** One that is sure to fail is the last. */
  const failing = stages.findIndex(
    ({ id, refusals }) => refusals.length > 0 || job.lease.missingSecrets?.[id] !== undefined,
  );
  const reached = failing === -1 ? stages : stages.slice(0, failing);
  return {
    ahead(index) {
      const [nearest, ...others] = reached.slice(index).filter(isContainer).slice(0, AHEAD);
      if (nearest === undefined) return;
      const nearestStands = arm(nearest, Promise.resolve());
      // Before those that wait for the same: they find what begins to wait then.
      if (paysOff) job.resources.shareAfter(nearestStands);
      for (const stage of others) {
        // What it would use again may be what a stage before it has yet to make.
        if (stage.options?.inputs === undefined) void arm(stage, nearestStands);
      }
    },
    take: (stage) => all.get(stage),
  };
}

function isContainer(stage: PlannedStage): stage is PlannedStage & { readonly spec: ContainerStage } {
  return stage.spec.kind === 'container';
}

async function isNeeded(stand: Stand, stage: PlannedStage): Promise<boolean> {
  return stage.options?.inputs === undefined || (await stand.reuse.decide(stage)).kind !== 'reuse';
}

function hasServices({ spec }: PlannedStage): boolean {
  return spec.kind === 'container' && spec.services.length > 0;
}
