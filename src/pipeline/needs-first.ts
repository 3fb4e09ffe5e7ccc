import type { PlannedJob, StageId } from './model.js';

/**
 * By stage, all that it needs directly. Stages that need the same share one set, so that what follows from
 * it is worked out once: 100 matrices of 10 cells that need each other have half a million needs.
 */
export type SharedNeeds = ReadonlyMap<StageId, ReadonlySet<StageId>>;

/**
 * Stages in an order in which each comes behind what it needs; without recursion, because a file may hold
 * thousands in a row. In a circle, there is no such order.
 */
export function needsFirst(needs: SharedNeeds): {
  readonly order: readonly StageId[];
  readonly hasCircle: boolean;
} {
  const order = new Set<StageId>();
  const over = new Set<ReadonlySet<StageId>>();
  const open = new Set<ReadonlySet<StageId>>();
  let hasCircle = false;
  for (const root of needs.keys()) {
    const path = [{ stage: root, needed: needs.get(root), rest: needs.get(root)?.values() }];
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const { stage, needed, rest } = top;
      if (needed !== undefined && !over.has(needed)) open.add(needed);
      const next = needed === undefined || over.has(needed) ? undefined : rest?.next();
      if (next === undefined || next.done === true) {
        order.add(stage);
        if (needed !== undefined) {
          over.add(needed);
          open.delete(needed);
        }
        path.pop();
        continue;
      }
      const before = needs.get(next.value);
      if (before === undefined || order.has(next.value)) continue;
      // Whoever shares an open set needs what is being looked at, which needs it.
      if (open.has(before)) hasCircle = true;
      else path.push({ stage: next.value, needed: before, rest: before.values() });
    }
  }
  return { order: [...order], hasCircle };
}

/** For people: each job behind those for which it waits, otherwise as they are in the plan. */
export function inStartingOrder(jobs: readonly PlannedJob[]): readonly PlannedJob[] {
  const byId = new Map(jobs.map((job) => [job.id, job]));
  const { order } = needsFirst(new Map(jobs.map(({ id, needs }) => [id, new Set(needs)])));
  return order.flatMap((id) => byId.get(id) ?? []);
}
