import type { PlannedStage, StageId, StageState } from '../pipeline/model.js';
import { byMatrix } from '../pipeline/wording.js';
import { stateOf } from './access.js';
import type { RunView } from './ports.js';

/** More cells than these are looked at one by one only by who wants to. */
export const FEW_CELLS = 8;

/** What stands for itself where a run is drawn: a stage, or all cells of a large matrix. */
export interface RunNode {
  /** The stage's id; of a matrix, the name of its stages. */
  readonly name: string;
  readonly stages: readonly { readonly stage: PlannedStage; readonly state: StageState }[];
  /** Names of the nodes that come directly before it, in its own job or by `needs`. */
  readonly after: ReadonlySet<string>;
}

/** Of everything that is not left out by the plan, in the order of the file. */
export function nodesOf(view: RunView): readonly RunNode[] {
  const planned = view.plan.stages.filter(({ skip }) => skip === undefined);
  const byId = new Map(planned.map((stage) => [stage.id, stage]));
  const nodeOf = new Map<StageId, string>();
  const members = new Map<string, readonly StageId[]>();
  for (const [name, ids] of byMatrix([...byId.keys()])) {
    const parts = ids.length > FEW_CELLS ? [[name, ids] as const] : ids.map((id) => [id, [id]] as const);
    for (const [node, those] of parts) {
      members.set(node, those);
      for (const id of those) nodeOf.set(id, node);
    }
  }
  const before = directlyBefore(view);
  return [...members].map(([name, ids]) => {
    const after = new Set(
      ids.flatMap((id) => [...(before.get(id) ?? [])].flatMap((one) => nodeOf.get(one) ?? [])),
    );
    after.delete(name);
    return {
      name,
      after,
      stages: ids.flatMap((id) => {
        const stage = byId.get(id);
        return stage ? [{ stage, state: stateOf(view, id) }] : [];
      }),
    };
  });
}

/** By stage: those that it waits for, and the one before it in its job that runs. */
export function directlyBefore({ plan }: RunView): ReadonlyMap<StageId, ReadonlySet<StageId>> {
  const runs = new Set(plan.stages.flatMap(({ id, skip }) => (skip === undefined ? [id] : [])));
  const before = new Map(plan.stages.map(({ id, waitsFor }) => [id, new Set(waitsFor)]));
  for (const job of plan.jobs) {
    const inOrder = job.stages.filter((id) => runs.has(id));
    inOrder.slice(1).forEach((id, index) => {
      const previous = inOrder[index];
      if (previous !== undefined) before.get(id)?.add(previous);
    });
  }
  return before;
}
