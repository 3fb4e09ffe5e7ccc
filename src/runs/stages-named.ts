import { suggest } from '../pipeline/config/suggest.js';
import type { Plan, StageId } from '../pipeline/model.js';
import { byMatrix } from '../pipeline/wording.js';
import type { Stages } from './operations.js';

/** The stages that are meant, all parts and cells of a name; words: one of the names is none. */
export function stagesNamed({ stages }: Plan, names: Stages): readonly StageId[] | string {
  const ids = stages.map(({ id }) => id);
  const cells = byMatrix(ids);
  const found = new Set<StageId>();
  for (const name of names) {
    const meant = [
      ...stages.filter((stage) => stage.id === name || stage.name === name).map(({ id }) => id),
      ...(cells.get(name) ?? []),
    ];
    if (meant.length === 0) return unknown(name, [...new Set(stages.map((stage) => stage.name)), ...ids]);
    for (const id of meant) found.add(id);
  }
  return [...found];
}

/** … of which each runs on the event of the plan. */
export function runnable(plan: Plan, names: Stages): readonly StageId[] | string {
  const named = stagesNamed(plan, names);
  if (typeof named === 'string') return named;
  const skipped = plan.stages.find(({ id, skip }) => named.includes(id) && skip !== undefined);
  return skipped?.skip === undefined
    ? named
    : `stage ${skipped.id} does not run here: ${skipped.skip.message}`;
}

function unknown(name: string, known: readonly string[]): string {
  if (known.length === 0) return `there is no stage ${name}: nothing was planned`;
  const near = suggest(name, known);
  return near === undefined
    ? `there is no stage ${name}. There are ${[...new Set(known)].join(', ')}`
    : `there is no stage ${name}. Did you mean ${near}?`;
}
