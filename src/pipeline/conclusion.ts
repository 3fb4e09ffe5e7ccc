import { count } from './measures.js';
import type { Conclusion, Outcome, Plan, RunProgress, StageProgress } from './model.js';
import { namesOf } from './wording.js';

type Ended = { readonly id: string; readonly outcome: Outcome };

/** Completes the run when no stage of it is open; otherwise leaves it as it is. */
export function conclude(plan: Plan, now: RunProgress, at: number): RunProgress {
  if (now.run.status === 'completed') {
    return now;
  }
  const ended = now.stages.flatMap((stage) => endedStage(stage));
  if (ended.length < now.stages.length) {
    return now;
  }
  const startedAt = now.run.status === 'in_progress' ? { startedAt: now.run.startedAt } : {};
  return { ...now, run: { status: 'completed', ...verdict(plan, ended), ...startedAt, completedAt: at } };
}

function endedStage(stage: StageProgress): Ended[] {
  return stage.state.status === 'completed' ? [{ id: stage.id, outcome: stage.state.outcome }] : [];
}

function verdict(plan: Plan, ended: readonly Ended[]): { conclusion: Conclusion; reason: string } {
  if (plan.skip !== undefined) {
    return { conclusion: 'skipped', reason: plan.skip.message };
  }
  const of = (...kinds: Outcome['kind'][]): string[] =>
    ended.filter((stage) => kinds.includes(stage.outcome.kind)).map((stage) => stage.id);
  const failed = of('failed', 'error', 'timed_out');
  if (failed.length > 0) {
    return { conclusion: 'failure', reason: `${namesOf(failed)} failed` };
  }
  const cancelled = ended.flatMap(({ outcome }) => (outcome.kind === 'cancelled' ? [outcome.by] : []));
  if (cancelled[0] !== undefined) {
    return { conclusion: 'cancelled', reason: cancelled[0] };
  }
  const passed = of('passed').length;
  const allowed = ended.filter(isAllowedFailure).map(({ id }) => id);
  const parts = [
    ...(passed > 0 ? [`${String(passed)} passed`] : []),
    ...(allowed.length > 0 ? [`${count(allowed.length, 'allowed failure')}: ${namesOf(allowed)}`] : []),
  ];
  const none = ended.length === 0 ? 'the file has no stages' : 'no stage runs on this event';
  return { conclusion: 'success', reason: parts.join(', ') || none };
}

function isAllowedFailure({ outcome }: Ended): boolean {
  return outcome.kind === 'neutral' && outcome.allowed === true;
}
