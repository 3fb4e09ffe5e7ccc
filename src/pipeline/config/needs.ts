import { isReleaseBuild } from '../built-image.js';
import { cellName, cellsOf } from '../matrix.js';
import { CHAIN } from '../model.js';
import type { PlacedText } from './forms.js';
import { error, type Report, type Span, START } from './issues.js';
import { cycles, graphOf } from './needs-graph.js';
import type { ReadStage } from './stage.js';
import { suggest } from './suggest.js';

/** Looking for what was meant costs a comparison with every name: enough for people. */
const MAX_SUGGESTIONS = 50;

/**
 * Checks what stages wait for: that it exists, and that none waits for itself in the end.
 *
 * @param declared names of the file that may have become no stage because of another mistake
 */
export function checkNeeds(stages: readonly ReadStage[], declared: readonly string[], report: Report): void {
  const idsOf = idsByName(stages);
  const known = new Set([...idsOf.keys(), ...declared]);
  reportUnknown(stages, known, report);
  for (const { definition, needs } of stages) {
    for (const { text, at } of needs ?? []) {
      if (idsOf.get(text)?.includes(definition.id) !== true) continue;
      report(error('needs-itself', at, `${definition.id} waits for itself`, `take ${text} out of needs`));
    }
  }
  for (const circle of cycles(graphOf(stages, idsOf))) reportCircle(circle, stages, idsOf, report);
}

/** `pre_build` is all its parts, `pre_build:api` one; a cell is known by its own name too. */
function idsByName(stages: readonly ReadStage[]): ReadonlyMap<string, readonly string[]> {
  const ids = new Map<string, string[]>();
  for (const { definition } of stages) {
    const matrix = definition.options?.matrix;
    const cells = (matrix === undefined ? [] : cellsOf(matrix)).map(
      (cell) => `${definition.id} (${cellName(cell)})`,
    );
    for (const name of new Set([definition.id, definition.name, ...cells])) {
      const list = ids.get(name);
      if (list === undefined) ids.set(name, [definition.id]);
      else list.push(definition.id);
    }
  }
  return ids;
}

function reportUnknown(stages: readonly ReadStage[], known: ReadonlySet<string>, report: Report): void {
  const names = [...known].sort();
  const hints = new Map<string, string>();
  const hintFor = (text: string): string => {
    const best = hints.size < MAX_SUGGESTIONS ? suggest(text, names) : undefined;
    const absent = CHAIN.some((stage) => stage === text) ? `add ${text}, or take it out` : undefined;
    return (
      absent ?? (best === undefined ? `there are ${names.join(', ').slice(0, 200)}` : `did you mean ${best}?`)
    );
  };
  for (const { text, at } of stages.flatMap(({ needs }) => needs ?? [])) {
    if (known.has(text)) continue;
    const hint = hints.get(text) ?? hintFor(text);
    hints.set(text, hint);
    report(error('unknown-stage', at, `"${text}" is no stage of this file`, hint));
  }
}

function reportCircle(
  circle: readonly string[],
  stages: readonly ReadStage[],
  idsOf: ReadonlyMap<string, readonly string[]>,
  report: Report,
): void {
  const read = new Map(stages.map((stage) => [stage.definition.id, stage]));
  let place: Span | undefined;
  const unsaid: string[] = [];
  for (const [index, id] of circle.slice(0, -1).entries()) {
    const next = circle[index + 1] ?? '';
    const stage = read.get(id);
    const need = stage?.needs?.find(leadsTo(next, idsOf));
    place ??= need?.at;
    if (need !== undefined) continue;
    const builder = read.get(next)?.definition;
    const isImplied = stage?.needs !== undefined || !CHAIN.some((name) => name === stage?.definition.name);
    const usesImage = isImplied && builder !== undefined && isReleaseBuild(builder);
    unsaid.push(
      usesImage ? `${id} uses the image that ${next} makes` : `${id} comes after ${next} in the chain`,
    );
  }
  const message = `these wait for each other: ${circle.join(' → ')}`;
  const hint = ['take one of these needs out', ...unsaid].join('; ');
  report(error('needs-cycle', place ?? START, message, hint));
}

function leadsTo(id: string, idsOf: ReadonlyMap<string, readonly string[]>): (need: PlacedText) => boolean {
  return ({ text }) => idsOf.get(text)?.includes(id) === true;
}
