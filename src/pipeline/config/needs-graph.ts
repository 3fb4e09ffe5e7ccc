import { isReleaseBuild, usesBuiltImage } from '../built-image.js';
import { inOrder } from '../graph.js';
import { sequencesOf } from '../jobs.js';
import { CHAIN } from '../model.js';
import type { ReadStage } from './stage.js';

/** Which stages each stage waits for, by id. */
export type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * What `needs` say, and for the stages of the chain without them: all that come before in the chain; for any
 * other that runs the image of this run, also what builds it; and what stands before a stage in its
 * workspace. (That publish and deploy wait for stages that do not wait for them can close no circle.)
 */
export function graphOf(stages: readonly ReadStage[], idsOf: ReadonlyMap<string, readonly string[]>): Graph {
  const builds = stages.map(({ definition }) => definition).filter(isReleaseBuild);
  const before: string[] = [];
  const graph = new Map<string, Set<string>>();
  for (const { definition, needs } of stages) {
    const { id, name } = definition;
    const inChain = CHAIN.some((stage) => stage === name);
    const follows = needs === undefined && inChain;
    const waits = new Set<string>(follows ? before : []);
    for (const needed of new Set(needs?.map(({ text }) => text))) {
      for (const neededId of idsOf.get(needed) ?? []) waits.add(neededId);
    }
    if (!follows && usesBuiltImage(definition)) for (const build of builds) waits.add(build.id);
    waits.delete(id);
    graph.set(id, waits);
    if (inChain) before.push(id);
  }
  for (const [earlier, later] of neighbours(stages)) graph.get(later)?.add(earlier);
  return graph;
}

/** Of two that share a workspace, the later waits for the earlier, whatever it says of its needs. */
function neighbours(stages: readonly ReadStage[]): readonly (readonly [earlier: string, later: string])[] {
  const groups = inOrder(stages.map(({ definition }) => definition)).map((definition) => ({
    definition,
    members: [definition.id],
  }));
  return sequencesOf(groups).flatMap(({ stages: ids }) =>
    ids.slice(1).map((later, index) => [ids[index] ?? later, later] as const),
  );
}

/**
 * One circle of each knot of stages that wait for each other: the shortest through its first name, as
 * `[a, b, a]`. The same for any order of the stages.
 */
export function cycles(graph: Graph): readonly (readonly string[])[] {
  return knots(graph)
    .filter((knot) => knot.length > 1)
    .map((knot) => shortestCircle(graph, new Set(knot), knot.toSorted()[0] ?? ''));
}

/** Strongly connected components (Tarjan 1972); the depth is the number of stages at most. */
function knots(graph: Graph): readonly (readonly string[])[] {
  const found: string[][] = [];
  const order = new Map<string, number>();
  const stack: string[] = [];
  const onStack = new Set<string>();

  function visit(id: string): number {
    const index = order.size;
    order.set(id, index);
    stack.push(id);
    onStack.add(id);
    let lowest = index;
    for (const needed of graph.get(id) ?? []) {
      if (!order.has(needed)) lowest = Math.min(lowest, visit(needed));
      else if (onStack.has(needed)) lowest = Math.min(lowest, order.get(needed) ?? index);
    }
    if (lowest === index) {
      const knot = stack.splice(stack.indexOf(id));
      for (const member of knot) onStack.delete(member);
      found.push(knot);
    }
    return lowest;
  }

  for (const id of graph.keys()) if (!order.has(id)) visit(id);
  return found;
}

function shortestCircle(graph: Graph, knot: ReadonlySet<string>, start: string): readonly string[] {
  const cameFrom = new Map<string, string>();
  let ring = [start];
  while (ring.length > 0) {
    const next: string[] = [];
    for (const id of ring) {
      for (const needed of [...(graph.get(id) ?? [])].filter((other) => knot.has(other)).sort()) {
        if (needed === start) return circleOf(id, start, cameFrom);
        if (cameFrom.has(needed)) continue;
        cameFrom.set(needed, id);
        next.push(needed);
      }
    }
    ring = next;
  }
  return [...knot];
}

function circleOf(last: string, start: string, cameFrom: ReadonlyMap<string, string>): readonly string[] {
  const path = [start];
  for (let id = last; id !== start; id = cameFrom.get(id) ?? start) path.unshift(id);
  return [start, ...path];
}
