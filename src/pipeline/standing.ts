import { letsGoOn } from './judgement.js';
import type { Outcome, Plan, RunProgress, StageId, StageState } from './model.js';

/** A run at one moment, for questions about who waits for whom. */
export interface Standing {
  state(stage: StageId): StageState | undefined;
  /** Stages of other jobs that this one must still wait for. */
  awaited(stage: StageId): readonly StageId[];
  /** A stage that this one needs and that has ended so that it cannot run. */
  blocker(stage: StageId): { readonly id: StageId; readonly outcome: Outcome } | undefined;
}

export function lookAt(plan: Plan, now: RunProgress): Standing {
  const states = new Map(now.stages.map(({ id, state }) => [id, state]));
  const waitsFor = new Map(plan.stages.map((stage) => [stage.id, stage.waitsFor ?? []]));
  const before = new Map(
    plan.jobs.flatMap(({ stages }) => stages.map((id, index) => [id, stages.slice(0, index)] as const)),
  );
  const needsOf = (stage: StageId): readonly StageId[] => waitsFor.get(stage) ?? [];
  return {
    state: (stage) => states.get(stage),
    awaited: (stage) => needsOf(stage).filter((need) => !hasSucceeded(states.get(need))),
    blocker(stage) {
      for (const id of [...(before.get(stage) ?? []), ...needsOf(stage)]) {
        const state = states.get(id);
        if (state?.status === 'completed' && !letsGoOn(state.outcome)) return { id, outcome: state.outcome };
      }
      return undefined;
    },
  };
}

/** What is not in the run cannot be waited for. */
function hasSucceeded(state: StageState | undefined): boolean {
  return state === undefined || (state.status === 'completed' && letsGoOn(state.outcome));
}
