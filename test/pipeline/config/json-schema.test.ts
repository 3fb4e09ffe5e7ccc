import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { caicloudSchema } from '../../../src/pipeline/config/json-schema.js';
import { issuesOf } from './reading.js';

const FIXTURES = new URL('../../fixtures/', import.meta.url);
const validate = new Ajv2020({ strict: true, allowUnionTypes: true, strictRequired: false }).compile(
  caicloudSchema(),
);

/** As an editor reads it: `on` is a key and no flag, and there are JSON's types alone. */
function accepts(text: string): boolean {
  const quoted = text.replaceAll(/\bon:/g, '"on":');
  return validate(
    JSON.parse(JSON.stringify(parse(quoted, { version: '1.1', merge: true, uniqueKeys: false }))),
  );
}

const files = ['corpus', 'oracle'].flatMap((folder) =>
  readdirSync(new URL(folder, FIXTURES))
    .filter((name) => name.endsWith('.yml'))
    .map((name) => `${folder}/${name}`),
);

describe('the JSON Schema', () => {
  it.each(files)('accepts %s', (file) => {
    const text = readFileSync(new URL(file, FIXTURES), 'utf8');
    expect(issuesOf(text).filter(({ severity }) => severity === 'error')).toEqual([]);
    accepts(text);
    expect(validate.errors ?? []).toEqual([]);
  });

  it.each([
    'build: 3',
    'on: { release: {} }',
    'on: { push: { branches: { a: 1 } } }',
    'on: { push: { branches: [] } }',
    'on: { schedule: [{ branch: main }] }',
    'environment: 3',
    'stages: [lint]',
    'stages: { lint: { image: a, comands: [x] } }',
    'integration: { image: a, commands: go test }',
    'integration: { image: a, pull: maybe }',
    'integration: { image: a, mem_limit: 512m }',
    'integration: { services: redis }',
    'integration: { services: { db: { image: [a] } } }',
    'pre_build: { image: a, commands: x }',
    'pre_build: { api: { image: a, commands: x } }',
    'post_build: { image: a, timeout: soon }',
    'post_build: { image: a, when: { evnt: push } }',
    'post_build: { image: a, when: { event: pushed } }',
    'post_build: { image: a, retry: { max: 1, on: [always] } }',
    'post_build: { image: a, retry: { on: [infra] } }',
    'post_build: { image: a, matrix: { node: [] } }',
    'post_build: { image: a, matrix: { node: 20 } }',
    'post_build: { image: a, resources: { memory: 512MB } }',
    'post_build: { image: a, cache: [{ key: a }] }',
    'post_build: { image: a, artifacts: [/etc] }',
    'post_build: { image: a, secrets: [not-a-name] }',
    'publish: { tag: x }',
    'notify: [{ email: [a@b.c], on: [sometimes] }]',
    'deploy: { deployment: d, containers: [c], approval: maybe }',
  ])('refuses %s, as the reader does', (text) => {
    expect(accepts(text)).toBe(false);
    expect(issuesOf(text).some(({ severity }) => severity === 'error')).toBe(true);
  });

  it('is small enough for an editor: a table that parts share is written once', () => {
    expect(JSON.stringify(caicloudSchema()).length).toBeLessThan(200_000);
  });

  it('describes every key', () => {
    const undescribed: string[] = [];
    const walk = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return;
      for (const [key, inner] of Object.entries(value)) {
        if (key === 'properties' && !/^\/\$defs\/(matrix|cells?|environment)$/.test(path)) {
          for (const [name, property] of Object.entries(inner as Record<string, object>)) {
            const isPart = path.endsWith('/else');
            if (!isPart && !('description' in property)) undescribed.push(`${path}/${name}`);
          }
        }
        walk(inner, `${path}/${key}`);
      }
    };
    walk(caicloudSchema(), '');
    expect(undescribed).toEqual([]);
  });
});
