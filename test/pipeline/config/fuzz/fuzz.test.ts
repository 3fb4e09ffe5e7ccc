import { expect, test } from '@jest/globals';
import { mutated } from './mutations.js';
import { faultsOf } from './soundness.js';
import { docsExamples, fixtureFiles } from './sources.js';

const sources = [...fixtureFiles(), ...docsExamples()];

/** As many as the quick loop bears; the bench takes ten thousand of the same. */
const SEEDS = 3000;

test('files with mistakes in them are answered: no crash, every issue at a place, every plan whole', () => {
  expect(sources.length).toBeGreaterThan(70);
  for (let seed = 0; seed < SEEDS; seed += 1) {
    const text = mutated(sources, seed);
    const faults = faultsOf(text);
    if (faults.length > 0) throw new Error(`seed ${seed}: ${faults.slice(0, 3).join('\n')}\n\n${text}`);
  }
}, 120_000);

test('the same seed makes the same file, and another one another', () => {
  const of = (seed: number) => mutated(sources, seed);
  expect(of(7)).toBe(of(7));
  expect(new Set(Array.from({ length: 200 }, (_, seed) => of(seed))).size).toBeGreaterThan(190);
});

test('what is looked at can be wrong', () => {
  expect(faultsOf('stages: { a: { image: a, commands: [x], needs: [a] } }')).toEqual([]);
  expect(faultsOf({} as string)[0]).toMatch(/TypeError/);
});
