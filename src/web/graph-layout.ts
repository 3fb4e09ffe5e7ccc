import { needsFirst } from '../pipeline/needs-first.js';

/** A picture of more is a tangle that nobody reads: the list says it better. */
const MOST_NODES = 120;

/** In pixels. */
export const NODE = { width: 188, height: 46 } as const;
const GAP = { column: 56, row: 14 } as const;
/** A line that passes a column takes this much room in it. */
const PASSAGE = 10;

export interface GraphNode {
  readonly name: string;
  readonly after: ReadonlySet<string>;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface PlacedGraph<T extends GraphNode> {
  readonly width: number;
  readonly height: number;
  /** `x` and `y` of the upper left corner. */
  readonly nodes: readonly (Point & { readonly node: T })[];
  /** From the right side of one node to the left side of another, by way of the columns between. */
  readonly edges: readonly {
    readonly from: string;
    readonly to: string;
    readonly points: readonly Point[];
  }[];
}

/** What takes room in a column: a node, or an edge on its way past. */
interface Slot<T> {
  readonly key: string;
  readonly node: T | undefined;
  /** Keys of slots in the column before. */
  readonly before: readonly string[];
}

/**
 * Left to right as the work flows: each node stands one column behind the last of those that come before it.
 * Undefined: there is too much for a picture, or nothing in it follows anything.
 */
export function layOut<T extends GraphNode>(nodes: readonly T[]): PlacedGraph<T> | undefined {
  if (nodes.length === 0 || nodes.length > MOST_NODES) return undefined;
  const { order } = needsFirst(new Map(nodes.map(({ name, after }) => [name, after])));
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const needed = withoutDetours(order, byName);
  const depths = new Map<string, number>();
  for (const name of order) {
    const before = [...(needed.get(name) ?? [])].map((one) => depths.get(one) ?? -1);
    depths.set(name, Math.max(-1, ...before) + 1);
  }
  const { columns, edges } = fill(nodes, depths, needed);
  const middles = place(columns);
  const xOf = (column: number): number => column * (NODE.width + GAP.column);
  const placed = nodes.map((node) => ({
    node,
    x: xOf(depths.get(node.name) ?? 0),
    y: (middles.get(node.name) ?? 0) - NODE.height / 2,
  }));
  return {
    nodes: placed,
    width: xOf(columns.length - 1) + NODE.width,
    height: Math.max(...placed.map(({ y }) => y + NODE.height), ...middles.values()),
    edges: edges.map(({ from, to, passages }) => {
      const first = depths.get(from) ?? 0;
      const middle = (key: string): number => middles.get(key) ?? 0;
      const passed = passages.flatMap((key, index) => {
        const x = xOf(first + 1 + index);
        return [
          { x, y: middle(key) },
          { x: x + NODE.width, y: middle(key) },
        ];
      });
      return {
        from,
        to,
        points: [
          { x: xOf(first) + NODE.width, y: middle(from) },
          ...passed,
          { x: xOf(depths.get(to) ?? 0), y: middle(to) },
        ],
      };
    }),
  };
}

/** Leaves out what follows from the rest: with a → b → c, a → c says nothing. */
function withoutDetours(
  order: readonly string[],
  byName: ReadonlyMap<string, GraphNode>,
): ReadonlyMap<string, readonly string[]> {
  const reach = new Map<string, Set<string>>();
  const direct = new Map<string, readonly string[]>();
  for (const name of order) {
    const after = [...(byName.get(name)?.after ?? [])].filter((one) => reach.has(one));
    const further = new Set(after.flatMap((one) => [...(reach.get(one) ?? [])]));
    direct.set(
      name,
      after.filter((one) => !further.has(one)),
    );
    reach.set(name, new Set([...further, ...after]));
  }
  return direct;
}

interface Way {
  readonly from: string;
  readonly to: string;
  /** Keys of the slots that it takes in the columns between. */
  readonly passages: readonly string[];
}

function fill<T extends GraphNode>(
  nodes: readonly T[],
  depths: ReadonlyMap<string, number>,
  needed: ReadonlyMap<string, readonly string[]>,
): { readonly columns: readonly (readonly Slot<T>[])[]; readonly edges: readonly Way[] } {
  const columns: Slot<T>[][] = Array.from({ length: Math.max(...depths.values()) + 1 }, () => []);
  const edges: Way[] = [];
  for (const node of nodes) {
    const depth = depths.get(node.name) ?? 0;
    const before = (needed.get(node.name) ?? []).map((from) => {
      const passages: string[] = [];
      let last = from;
      for (let column = (depths.get(from) ?? 0) + 1; column < depth; column += 1) {
        const key = `${from} → ${node.name} in ${column}`;
        columns[column]?.push({ key, node: undefined, before: [last] });
        passages.push(key);
        last = key;
      }
      edges.push({ from, to: node.name, passages });
      return last;
    });
    columns[depth]?.push({ key: node.name, node, before });
  }
  return { columns, edges };
}

/** @returns the middle of each slot; a slot stands as near as it can to what comes before it */
function place<T>(columns: readonly (readonly Slot<T>[])[]): ReadonlyMap<string, number> {
  const middles = new Map<string, number>();
  for (const column of columns) {
    const wanted = new Map(
      column.map(({ key, before }) => {
        const ys = before.map((one) => middles.get(one) ?? 0);
        return [key, ys.length === 0 ? undefined : ys.reduce((sum, y) => sum + y, 0) / ys.length];
      }),
    );
    const wish = ({ key }: Slot<T>): number => wanted.get(key) ?? Number.MAX_SAFE_INTEGER;
    let top = 0;
    for (const slot of column.toSorted((a, b) => wish(a) - wish(b))) {
      const height = slot.node === undefined ? PASSAGE : NODE.height;
      const middle = Math.max(top + height / 2, wanted.get(slot.key) ?? 0);
      middles.set(slot.key, middle);
      top = middle + height / 2 + GAP.row;
    }
  }
  return middles;
}
