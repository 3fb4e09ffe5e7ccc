import type { StageId } from './model.js';
import { needsFirst, type SharedNeeds } from './needs-first.js';

/** Who of the stages that run must be over before which. */
export interface Closures {
  /** Those that run and are needed by it, or by what it needs that does not run. */
  direct(stage: StageId): readonly StageId[];
  /** Of these, the ones that no other of them has waited for already. */
  last(stages: readonly StageId[]): readonly StageId[];
}

interface Closure {
  readonly direct: readonly StageId[];
  /** All that must be over before, however far. */
  readonly before: Uint32Array;
}

/**
 * A stage that is left out stands in nobody's way, and hands on what it needed itself.
 * @param needs acyclic
 */
export function closuresOf(needs: SharedNeeds, running: ReadonlySet<StageId>): Closures {
  const bits = numbering(needs.keys());
  const closures = new Map<ReadonlySet<StageId>, Closure>();
  const closureOf = (stage: StageId): Closure | undefined => closures.get(needs.get(stage) ?? NONE);
  for (const stage of needsFirst(needs).order) {
    const needed = needs.get(stage) ?? NONE;
    if (closures.has(needed)) continue;
    const found = new Set<StageId>();
    for (const need of needed) {
      if (running.has(need)) found.add(need);
      else for (const handedOn of closureOf(need)?.direct ?? []) found.add(handedOn);
    }
    const before = bits.none();
    for (const need of found) {
      bits.add(before, need);
      join(before, closureOf(need)?.before);
    }
    closures.set(needed, { direct: [...found], before });
  }
  const known = new Map<readonly StageId[], readonly StageId[]>();
  const lastOf = (stages: readonly StageId[]): readonly StageId[] => {
    const waitedFor = bits.none();
    for (const stage of stages) join(waitedFor, closureOf(stage)?.before);
    return stages.filter((stage) => !bits.has(waitedFor, stage));
  };
  return {
    direct: (stage) => closureOf(stage)?.direct ?? [],
    last(stages) {
      const last = known.get(stages) ?? lastOf(stages);
      known.set(stages, last);
      return last;
    },
  };
}

const NONE: ReadonlySet<StageId> = new Set();

/**
 * Sets of stages as bits: a union is a few machine words. A thousand stages that need each other have half a
 * million needs, and sets of names took a second for them.
 */
function numbering(stages: Iterable<StageId>) {
  const numbers = new Map([...stages].map((stage, number) => [stage, number]));
  const none = (): Uint32Array => new Uint32Array(Math.ceil(numbers.size / 32));
  const has = (bits: Uint32Array, stage: StageId): boolean => {
    const number = numbers.get(stage) ?? 0;
    return (((bits[number >>> 5] ?? 0) >>> (number & 31)) & 1) === 1;
  };
  const add = (bits: Uint32Array, stage: StageId): void => {
    const number = numbers.get(stage) ?? 0;
    bits[number >>> 5] = (bits[number >>> 5] ?? 0) | (1 << (number & 31));
  };
  return { none, has, add };
}

function join(into: Uint32Array, from: Uint32Array | undefined): void {
  if (from === undefined) return;
  for (let word = 0; word < into.length; word += 1) into[word] = (into[word] ?? 0) | (from[word] ?? 0);
}
