import { isReleaseBuild, usesBuiltImage } from './built-image.js';
import { circlesOf, dependents, wayRound } from './circles.js';
import { CHAIN, type StageDefinition, type StageId } from './model.js';
import { needsFirst, type SharedNeeds } from './needs-first.js';
import { isChainStage } from './trigger.js';

/** A stage of the file with what it becomes in the plan: itself, or the cells of its matrix. */
export interface StageGroup {
  readonly definition: StageDefinition;
  readonly members: readonly StageId[];
}

export interface Graph {
  /** By stage, also of those that do not run: who must have succeeded before it. Acyclic. */
  readonly needs: SharedNeeds;
  /** By stage that writes `needs`: those that they name. */
  readonly named: ReadonlyMap<StageId, readonly StageId[]>;
  /** By stage: what is wrong with its needs, in words. */
  readonly faults: ReadonlyMap<StageId, readonly string[]>;
}

/** Sets are shared, and so replaced and never changed. */
type Needs = Map<StageId, ReadonlySet<StageId>>;

/**
 * Who needs whom. A stage of the chain without `needs` needs all before it in the chain, and a stage also
 * what is before it in its job; any other stage without `needs` needs nobody. Publish and deploy without
 * `needs` need besides every other stage that does not itself wait for them and whose failure counts.
 *
 * @param groups the chain's in execution order
 * @param sequences stages that share a workspace, in order
 */
export function buildGraph(groups: readonly StageGroup[], sequences: readonly (readonly StageId[])[]): Graph {
  const needs: Needs = new Map();
  const faults = new Map<StageId, string[]>();
  const names = byName(groups);
  const named = new Map<StageId, readonly StageId[]>();
  const chain: StageId[] = [];
  const builds = groups
    .filter(({ definition }) => isReleaseBuild(definition))
    .flatMap(({ members }) => members);
  for (const { definition, members } of groups) {
    const inChain = isChainStage(definition.name);
    const written = definition.options?.needs;
    const found = written?.flatMap((need) => names.get(need) ?? []) ?? (inChain ? [...chain] : []);
    // Also where the file does not say so: an image is there when it was built.
    const implied = (written !== undefined || !inChain) && usesBuiltImage(definition) ? builds : [];
    const needed = new Set([...found, ...implied]);
    for (const member of members) needs.set(member, needed);
    if (written !== undefined) for (const member of members) named.set(member, [...new Set(found)]);
    for (const need of written ?? []) {
      if (!names.has(need)) blame(faults, members, `it needs ${need}, which is no stage of this file`);
    }
    if (inChain) chain.push(...members);
  }
  followSequences(sequences, needs);
  openCircles(groups, needs, faults);
  followSequences(sequences, needs);
  for (const group of groups.filter(waitsForOthers)) waitForOthers(group, groups, needs);
  return { needs, named, faults };
}

function followSequences(sequences: readonly (readonly StageId[])[], needs: Needs): void {
  for (const sequence of sequences) {
    for (const [index, stage] of sequence.entries()) {
      const before = sequence[index - 1];
      if (before !== undefined) addNeeds(needs, stage, [before]);
    }
  }
}

/** Every name by which a stage can be needed: its own, of all its parts, of all its cells. */
function byName(groups: readonly StageGroup[]): ReadonlyMap<string, readonly StageId[]> {
  const named = new Map<string, Set<StageId>>();
  for (const { definition, members } of groups) {
    for (const name of [definition.name, definition.id, ...members]) {
      const ids = named.get(name) ?? new Set();
      // A cell's own name is that cell alone.
      for (const id of members)
        if (name === definition.name || name === definition.id || name === id) ids.add(id);
      named.set(name, ids);
    }
  }
  return new Map([...named].map(([name, ids]) => [name, [...ids]]));
}

function waitsForOthers({ definition: { name, options } }: StageGroup): boolean {
  return (name === 'publish' || name === 'deploy') && options?.needs === undefined;
}

function waitForOthers({ members }: StageGroup, groups: readonly StageGroup[], needs: Needs): void {
  const behind = dependentsOf(members, needs);
  const others = groups
    .filter(({ definition: { name, options } }) => !isChainStage(name) && options?.allowFailure !== true)
    .flatMap((group) => group.members)
    .filter((id) => !behind.has(id));
  for (const member of members) addNeeds(needs, member, others);
}

/** These and whoever waits for one of them, however far behind. */
function dependentsOf(stages: readonly StageId[], needs: Needs): ReadonlySet<StageId> {
  const behind = dependents(needs);
  const found = new Set(stages);
  // A Set that grows while it is walked is walked to its end.
  for (const stage of found) for (const next of behind.get(stage) ?? []) found.add(next);
  return found;
}

/**
 * Takes the needs that the file writes out of a circle. No circle is without one: all others lead from a
 * later stage of the chain to an earlier.
 */
function openCircles(groups: readonly StageGroup[], needs: Needs, faults: Map<StageId, string[]>): void {
  if (!needsFirst(needs).hasCircle) return;
  const written = new Set(
    groups.filter(({ definition }) => definition.options?.needs).flatMap(({ members }) => members),
  );
  for (const circle of circlesOf(needs)) {
    const words = `needs go round in a circle: ${wayRound(circle, needs)}`;
    for (const stage of circle) {
      blame(faults, [stage], words);
      if (written.has(stage))
        needs.set(stage, new Set([...(needs.get(stage) ?? [])].filter((need) => !circle.has(need))));
    }
  }
}

function addNeeds(needs: Needs, stage: StageId, more: readonly StageId[]): void {
  const before = needs.get(stage) ?? new Set();
  if (more.some((need) => !before.has(need))) needs.set(stage, new Set([...before, ...more]));
}

function blame(faults: Map<StageId, string[]>, stages: readonly StageId[], words: string): void {
  for (const stage of stages) faults.set(stage, [...(faults.get(stage) ?? []), words]);
}

/**
 * The chain's in its order; the others by name: their order in the file has no meaning.
 * Parts of one section stay in the order of the file.
 */
export function inOrder(definitions: readonly StageDefinition[]): readonly StageDefinition[] {
  const rank = ({ name }: StageDefinition): number => {
    const index = CHAIN.findIndex((stage) => stage === name);
    return index === -1 ? CHAIN.length : index;
  };
  return definitions.toSorted((a, b) => {
    const byRank = rank(a) - rank(b);
    if (byRank !== 0 || isChainStage(a.name)) return byRank;
    return a.id < b.id ? -1 : Number(a.id > b.id);
  });
}
