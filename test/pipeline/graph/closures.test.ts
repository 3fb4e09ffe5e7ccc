import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { circlesOf } from '../../../src/pipeline/circles.js';
import { closuresOf } from '../../../src/pipeline/closures.js';
import { needsFirst, type SharedNeeds } from '../../../src/pipeline/needs-first.js';

/** Sets that several stages share, over names of which more than 32 do not fit into one word of bits. */
const anyNeeds = (most: (stage: number) => number): fc.Arbitrary<SharedNeeds> =>
  fc
    .array(
      fc.record({ needs: fc.array(fc.nat(1000), { maxLength: 4 }), cells: fc.integer({ min: 1, max: 6 }) }),
      {
        minLength: 1,
        maxLength: 30,
        size: 'max',
      },
    )
    .map((groups) => {
      const names = groups.map(({ cells }, group) =>
        Array.from({ length: cells }, (_, cell) => `s${group}.${cell}`),
      );
      const needs = new Map<string, ReadonlySet<string>>();
      for (const [group, { needs: found }] of groups.entries()) {
        const choice = names.slice(0, most(group)).flat();
        const shared = new Set(found.flatMap((index) => choice[index % choice.length] ?? []));
        for (const cell of names[group] ?? []) needs.set(cell, shared);
      }
      return needs;
    });

const acyclic = anyNeeds((group) => group);
const anyGraph = anyNeeds(() => Number.POSITIVE_INFINITY);

/** Everything that must be over before a stage, one step after the other. */
function reach(needs: SharedNeeds, stage: string): ReadonlySet<string> {
  const found = new Set(needs.get(stage));
  for (const one of found) for (const next of needs.get(one) ?? []) found.add(next);
  return found;
}

const runningOf = (needs: SharedNeeds, seed: number): ReadonlySet<string> =>
  new Set([...needs.keys()].filter((_, index) => (index * 7 + seed) % 3 !== 0));

test('a stage waits for all that it needs that runs, by whatever way', () => {
  fc.assert(
    fc.property(acyclic, fc.nat(2), (needs, seed) => {
      const running = runningOf(needs, seed);
      const closures = closuresOf(needs, running);
      for (const stage of needs.keys()) {
        const wanted = [...reach(needs, stage)].filter((need) => running.has(need));
        const waits = new Set(closures.direct(stage));
        for (const one of waits) for (const next of closures.direct(one)) waits.add(next);
        expect([...waits].toSorted()).toEqual(wanted.toSorted());
      }
    }),
  );
});

test('the last of them are those for which no other of them waits', () => {
  fc.assert(
    fc.property(acyclic, fc.nat(2), (needs, seed) => {
      const running = runningOf(needs, seed);
      const closures = closuresOf(needs, running);
      for (const stage of needs.keys()) {
        const direct = closures.direct(stage);
        expect(closures.last(direct)).toEqual(
          direct.filter((need) => !direct.some((other) => reach(needs, other).has(need))),
        );
      }
    }),
  );
});

test('each comes behind what it needs, and a circle is noticed', () => {
  fc.assert(
    fc.property(anyGraph, (needs) => {
      const { order, hasCircle } = needsFirst(needs);
      expect(hasCircle).toBe(circlesOf(needs).length > 0);
      expect(order.toSorted()).toEqual([...needs.keys()].toSorted());
      if (hasCircle) return;
      for (const [index, stage] of order.entries()) {
        const before = new Set(order.slice(0, index));
        expect([...(needs.get(stage) ?? [])].every((need) => before.has(need))).toBe(true);
      }
    }),
    { numRuns: 300 },
  );
});
