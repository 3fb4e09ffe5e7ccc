import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { faultsOf } from './soundness.js';

const NAMES = ['pre_build', 'build', 'integration', 'publish', 'post_build', 'deploy', 'a', 'b', 'c'];

const needs = fc.option(fc.uniqueArray(fc.constantFrom(...NAMES), { maxLength: 3 }), { nil: undefined });
const image = fc.constantFrom('x', 'BUILT_IMAGE');

/** A section or a stage in flow style, with or without needs. */
const written = (keys: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(keys, needs).map(([text, names]) => {
    const more = names === undefined ? '' : `, needs: [${names.join(', ')}]`;
    return `{ ${text}${more} }`;
  });

const container = written(image.map((name) => `image: ${name}, commands: [x]`));

const sections = fc.record(
  {
    pre_build: container,
    build: written(fc.constant('context_dir: .')),
    integration: container,
    publish: written(fc.constant('timeout: 1m')),
    post_build: container,
    deploy: written(fc.constant('deployment: d, containers: [c]')),
  },
  { requiredKeys: [] },
);

const own = fc.record({ a: container, b: container, c: container }, { requiredKeys: ['a'] });

const lines = (of: object): string =>
  Object.entries(of)
    .map(([name, text]) => `${name}: ${String(text)}\n`)
    .join('');

test('of any graph, the reader refuses what the planner could not carry out', () => {
  fc.assert(
    fc.property(sections, own, (chain, stages) => {
      const file = `${lines(chain)}stages:\n${lines(stages).replaceAll(/^/gm, '  ').trimEnd()}\n`;
      expect([file, faultsOf(file)]).toEqual([file, []]);
    }),
    { numRuns: 2000 },
  );
});
