import { letsGoOn } from './judgement.js';
import type { Plan, RunProgress, StageId, StageState } from './model.js';

/** A run at one moment, for questions about who waits for whom. */
export interface Standing {
  state(stage: StageId): StageState | undefined;
  /** Stages of other jobs that this one must still wait for. */
  awaited(stage: StageId): readonly StageId[];
}

export function lookAt(plan: Plan, now: RunProgress): Standing {
  const states = new Map(now.stages.map(({ id, state }) => [id, state]));
  const waitsFor = new Map(plan.stages.map((stage) => [stage.id, stage.waitsFor ?? []]));
  const needsOf = (stage: StageId): readonly StageId[] => waitsFor.get(stage) ?? [];
  return {
    state: (stage) => states.get(stage),
    awaited: (stage) => needsOf(stage).filter((need) => !hasSucceeded(states.get(need))),
  };
}

/** What is not in the run cannot be waited for. */
function hasSucceeded(state: StageState | undefined): boolean {
  return state === undefined || (state.status === 'completed' && letsGoOn(state.outcome));
}
