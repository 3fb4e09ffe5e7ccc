import type { Plan, StageId } from './model.js';

/** By stage, who waits for it: in other jobs, and behind it in its own. */
export function dependents({ stages, jobs }: Plan): ReadonlyMap<StageId, readonly StageId[]> {
  const behind = new Map<StageId, StageId[]>();
  const add = (need: StageId, stage: StageId): void => {
    const list = behind.get(need);
    if (list === undefined) behind.set(need, [stage]);
    else list.push(stage);
  };
  for (const { id, waitsFor = [] } of stages) for (const need of waitsFor) add(need, id);
  for (const job of jobs) {
    for (const [index, stage] of job.stages.entries()) {
      for (const before of job.stages.slice(0, index)) add(before, stage);
    }
  }
  return behind;
}

/** The same the other way round: by stage, whom it waits for. */
export function requirements(plan: Plan): ReadonlyMap<StageId, readonly StageId[]> {
  const before = new Map<StageId, StageId[]>();
  for (const [need, stages] of dependents(plan)) {
    for (const stage of stages) before.set(stage, [...(before.get(stage) ?? []), need]);
  }
  return before;
}

/** These, and whatever is reached from them. */
export function reached(
  from: Iterable<StageId>,
  edges: ReadonlyMap<StageId, readonly StageId[]>,
): ReadonlySet<StageId> {
  // A set that is walked while it grows.
  const found = new Set(from);
  for (const stage of found) for (const next of edges.get(stage) ?? []) found.add(next);
  return found;
}
