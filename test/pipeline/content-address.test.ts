import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addressText, canonicalJson, type Ingredients } from '../../src/pipeline/content-address.js';
import type { ContainerStage, PlannedStage } from '../../src/pipeline/model.js';
import { container as plain } from './examples.js';

const container = { ...plain, environment: ['A=1', 'B=1'] };

const spec: ContainerStage = {
  kind: 'container',
  container,
  services: [{ ...container, name: 'db' }],
  outputs: [],
};
const options = { secrets: ['B', 'A'], artifacts: ['dist'] };
const base: Ingredients = {
  stage: { id: 'test', spec, options },
  files: [
    { path: 'b', id: '2' },
    { path: 'a', id: '1' },
  ],
  images: { 'node:22': 'sha256:n', postgres: 'sha256:p' },
  before: ['sha256:1', 'sha256:2'],
  taken: [{ from: 'web', digest: 'sha256:w' }, { from: 'lint' }],
  trusted: false,
  fork: false,
};

const withSpec = (over: Partial<ContainerStage>): Ingredients => ({
  ...base,
  stage: { ...base.stage, spec: { ...spec, ...over } },
});
const withContainer = (over: Partial<ContainerStage['container']>): Ingredients =>
  withSpec({ container: { ...container, ...over } });
const withOptions = (more: PlannedStage['options']): Ingredients => ({
  ...base,
  stage: { ...base.stage, options: { ...options, ...more } },
});

const OTHERS: Readonly<Record<string, Ingredients>> = {
  'its name': { ...base, stage: { ...base.stage, id: 'lint' } },
  'a command': withContainer({ commands: ['other'] }),
  'a variable': withContainer({ environment: ['A=2', 'B=1'] }),
  'the order of its variables': withContainer({ environment: ['B=1', 'A=1'] }),
  'its outputs': withSpec({ outputs: ['x'] }),
  'a service': withSpec({ services: [] }),
  'its artifacts': withOptions({ artifacts: ['bin'] }),
  'a directory that it caches': withOptions({ cache: [{ key: 'go', paths: ['/go/pkg'], restoreKeys: [] }] }),
  'its checkout': withOptions({ checkout: { lfs: true } }),
  'the name of a secret': withOptions({ secrets: ['A', 'C'] }),
  'a file': { ...base, files: [{ path: 'a', id: '2' }] },
  'the name of a file': {
    ...base,
    files: [
      { path: 'a', id: '1' },
      { path: 'c', id: '2' },
    ],
  },
  'an image': { ...base, images: { ...base.images, postgres: 'sha256:newer' } },
  'a stage before it': { ...base, before: ['sha256:1', 'sha256:3'] },
  'the order of the stages before it': { ...base, before: base.before.toReversed() },
  'an artifact': { ...base, taken: [{ from: 'web', digest: 'sha256:x' }, { from: 'lint' }] },
  'an artifact that is not there': { ...base, taken: [{ from: 'web' }, { from: 'lint' }] },
  trust: { ...base, trusted: true },
  'a fork': { ...base, fork: true },
};

describe('an address changes with each ingredient', () => {
  test.each(Object.entries(OTHERS))('%s', (_, other) => {
    expect(addressText(other)).not.toBe(addressText(base));
  });

  test('and no two of these changes give the same', () => {
    expect(new Set(Object.values(OTHERS).map(addressText)).size).toBe(Object.keys(OTHERS).length);
  });
});

describe('an address stays', () => {
  test.each<[string, Ingredients]>([
    [
      'in whatever order files, secrets and takers are named',
      {
        ...withOptions({ secrets: ['A', 'B'] }),
        files: base.files.toReversed(),
        taken: base.taken.toReversed(),
        images: Object.fromEntries(Object.entries(base.images).toReversed()),
      },
    ],
    [
      'however its image is fetched',
      withContainer({ pull: true, authConfig: { username: 'u', password: 'p' } }),
    ],
    [
      'whenever and how often it runs',
      withOptions({ timeoutSeconds: 5, retry: { max: 2 }, when: { branch: ['main'] } }),
    ],
  ])('%s', (_, same) => {
    expect(addressText(same)).toBe(addressText(base));
  });

  test('and holds no password', () => {
    const text = addressText(withContainer({ authConfig: { username: 'ada', password: 'hunter2' } }));
    expect(text).not.toMatch(/ada|hunter2/);
  });
});

test('canonical JSON does not know the order of keys, and means the same', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const turned = Object.fromEntries(Object.entries(value).toReversed());
      expect(canonicalJson(turned)).toBe(canonicalJson(value));
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});
