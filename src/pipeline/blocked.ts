import { dependents } from './dependents.js';
import { letsGoOn } from './judgement.js';
import type { Outcome, Plan, RunProgress, StageId } from './model.js';

/** What becomes of a stage behind one that did not succeed. */
export function consequence(stage: StageId, outcome: Outcome): Outcome {
  if (outcome.kind === 'cancelled' || outcome.kind === 'skipped') {
    return outcome;
  }
  const how = outcome.kind === 'timed_out' ? 'timed out' : 'failed';
  const message = `an earlier stage, ${stage}, ${how}`;
  return { kind: 'skipped', reason: { kind: 'earlier_stage', stage, message } };
}

/**
 * Every queued stage, of whatever job, that waits for one that did not succeed, and those behind it in turn,
 * each with what becomes of it.
 */
export function blockedStages(plan: Plan, now: RunProgress): ReadonlyMap<StageId, Outcome> {
  const states = new Map(now.stages.map(({ id, state }) => [id, state]));
  const behind = dependents(plan);
  const blocked = new Map<StageId, Outcome>();
  const open = now.stages.flatMap(({ id, state }) =>
    state.status === 'completed' && !letsGoOn(state.outcome) ? [{ id, outcome: state.outcome }] : [],
  );
  // The array grows while it is walked, until everything behind is in it.
  for (const { id, outcome } of open) {
    for (const next of behind.get(id) ?? []) {
      if (states.get(next)?.status !== 'queued' || blocked.has(next)) continue;
      blocked.set(next, consequence(id, outcome));
      open.push({ id: next, outcome: consequence(id, outcome) });
    }
  }
  return blocked;
}
