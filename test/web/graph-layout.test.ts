import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type GraphNode, layOut, NODE } from '../../src/web/graph-layout.js';

function nodes(graph: Readonly<Record<string, readonly string[]>>): readonly GraphNode[] {
  return Object.entries(graph).map(([name, after]) => ({ name, after: new Set(after) }));
}

describe('the picture of the stages', () => {
  test('stands each behind the last of those that come before it, and draws no line that follows from others', () => {
    const graph = layOut(nodes({ c: ['a', 'b'], a: [], b: ['a'], alone: [] }));
    const columns = graph?.nodes.map(({ node, x }) => [node.name, x / (NODE.width + 56)]);
    expect(columns).toEqual([
      ['c', 2],
      ['a', 0],
      ['b', 1],
      ['alone', 0],
    ]);
    expect(graph?.edges.map(({ from, to }) => `${from} → ${to}`).sort()).toEqual(['a → b', 'b → c']);
  });

  test('leads a line that passes a column between what stands there', () => {
    const graph = layOut(nodes({ a: [], b: ['a'], c: ['b'], x: [], d: ['c', 'x'] }));
    const long = graph?.edges.find(({ from }) => from === 'x');
    const between = graph?.nodes.filter(({ node }) => ['b', 'c'].includes(node.name)) ?? [];
    expect(long?.points).toHaveLength(6);
    for (const { x, y } of long?.points.slice(1, -1) ?? []) {
      expect(between.filter((one) => one.x === x && one.y <= y && y <= one.y + NODE.height)).toEqual([]);
    }
  });

  test('is not made of what nobody could read', () => {
    expect(layOut([])).toBeUndefined();
    const many = Array.from({ length: 121 }, (_, index) => [String(index), []] as const);
    expect(layOut(nodes(Object.fromEntries(many)))).toBeUndefined();
  });

  test('never lays two on one another, nor one outside, whatever follows what', () => {
    const anyGraph = fc
      .array(fc.array(fc.nat({ max: 40 }), { maxLength: 4 }), { minLength: 1, maxLength: 40 })
      .map((needs) =>
        needs.map((some, index) => ({
          name: String(index),
          after: new Set(some.filter((one) => one < index).map(String)),
        })),
      );
    fc.assert(
      fc.property(anyGraph, (some) => {
        const graph = layOut(some);
        if (graph === undefined) throw new Error('no picture');
        const { height, nodes: placed, width } = graph;
        for (const one of placed) {
          expect(one.x >= 0 && one.y >= 0).toBe(true);
          expect(one.x + NODE.width <= width && one.y + NODE.height <= height).toBe(true);
          const same = placed.filter(({ x, y }) => x === one.x && Math.abs(y - one.y) < NODE.height);
          expect(same).toEqual([one]);
        }
        const x = new Map(placed.map(({ node, x }) => [node.name, x]));
        for (const { from, to } of graph.edges) expect(Number(x.get(from))).toBeLessThan(Number(x.get(to)));
      }),
    );
  });
});
