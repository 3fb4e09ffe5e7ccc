import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseConfig } from '../../../src/pipeline/config/parse.js';

type Keys = Readonly<Record<string, unknown>>;

/** Values right and wrong, of keys whose order has no meaning. */
const stageKeys = fc.record(
  {
    image: fc.constantFrom('node', 'BUILT_IMAGE'),
    commands: fc.constant(['x']),
    timeout: fc.constantFrom('30m', 'soon', 5),
    retry: fc.constantFrom<unknown>(1, { max: 2, on: ['infra', 'fire'] }, 'often'),
    needs: fc.subarray(['a', 'b', 'c', 'build', 'integration', 'publish', 'nowhere']),
    when: fc.constantFrom<unknown>({ branch: 'main', event: 'push' }, { branch: ['a['] }, 3),
    matrix: fc.constantFrom<unknown>({ node: [20, 22] }, { node: [] }, { node: [1], exclude: [{ node: 2 }] }),
    resources: fc.constantFrom({ cpu: 1, memory: '512Mi' }, { memory: '512m' }),
    artifacts: fc.constantFrom(['dist'], ['../x']),
    approval: fc.constant('required'),
    unheard_of: fc.constant(1),
  },
  { requiredKeys: ['image'] },
);

const file = fc.record(
  {
    build: fc.constantFrom<unknown>({ context_dir: '.' }, { context_dir: '.', needs: ['integration'] }),
    integration: stageKeys,
    post_build: stageKeys,
    deploy: fc.constant([{ deployment: 'd', containers: ['c'] }]),
    stages: fc.record({ a: stageKeys, b: stageKeys, c: stageKeys }, { requiredKeys: [] }),
    publish: fc.constantFrom({ tags: ['latest'], image: 'a/b' }, { image: 'a/b:1', tags: ['x y'] }),
    on: fc.constantFrom<unknown>(
      { push: { branches: ['main'] }, schedule: [{ cron: '61 * * * *' }] },
      { relaese: {} },
    ),
    notify: fc.constantFrom<unknown>([{ slack: 'S', on: ['success'] }], [{ on: ['x'] }]),
    environment: fc.constant({ A: 1 }),
  },
  { requiredKeys: [] },
);

/** The same file with the keys of each table in another order: lists and axes keep theirs. */
function shuffled(value: unknown, seed: number): unknown {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, seed));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value as Keys).map(([key, inner]) => [key, shuffled(inner, seed)] as const);
  const rank = (key: string): number =>
    Buffer.from(key).reduce((sum, byte) => (sum * 31 + byte * (seed + 1)) % 997, 7);
  return Object.fromEntries(entries.toSorted(([a], [b]) => rank(a) - rank(b)));
}

/** What a file says, without places and without order. */
function meaning(value: unknown): { definitions: Set<string>; issues: string[] } {
  const { definitions, issues } = parseConfig(JSON.stringify(value));
  return {
    definitions: new Set(
      definitions.map(({ line: _line, column: _column, ...rest }) => JSON.stringify(rest)),
    ),
    issues: issues
      .map(({ code, severity, message, hint }) => `${severity} ${code} ${message} ${hint}`)
      .sort(),
  };
}

describe('the order of keys', () => {
  it('changes neither stages nor issues', () => {
    fc.assert(
      fc.property(file, fc.nat(996), (value, seed) => {
        expect(meaning(shuffled(value, seed))).toEqual(meaning(value));
      }),
      { numRuns: 300 },
    );
  });
});
