import { reached, requirements } from './dependents.js';
import type { Plan, SkipReason, StageId, StageState } from './model.js';

/** Of a stage that runs on the event, in a run that somebody started for some of its stages only. */
export const NOT_ASKED: SkipReason = { kind: 'not_asked', message: 'not asked for' };

export function isNotAsked(state: StageState | undefined): boolean {
  return (
    state?.status === 'completed' &&
    state.outcome.kind === 'skipped' &&
    state.outcome.reason.kind === 'not_asked'
  );
}

/** These stages, and all that they need. */
export function withNeeds(plan: Plan, stages: readonly StageId[]): ReadonlySet<StageId> {
  return reached(stages, requirements(plan));
}
