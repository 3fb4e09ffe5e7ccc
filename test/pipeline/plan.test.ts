import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parseConfig } from '../../src/pipeline/config/parse.js';
import type { Trigger } from '../../src/pipeline/model.js';
import { type PlanInput, planRun } from '../../src/pipeline/plan.js';
import { push, SHA, tag } from './examples.js';

/**
 * A scenario is a folder with a caicloud.yml and a plan for each event that is named here. After a change
 * that is meant, `UPDATE_GOLDEN=1 npm run test:fast -- test/pipeline/plan` writes them anew: read the diff.
 */
const ROOT = 'test/scenarios/plans';
const UPDATE = process.env['UPDATE_GOLDEN'] === '1';

type Occasion = Omit<PlanInput, 'definitions' | 'repository'>;
const on = (trigger: Trigger, rest: Partial<Occasion> = {}): Occasion => ({
  trigger,
  trusted: false,
  registry: 'registry.example/team',
  ...rest,
});

const OCCASIONS = {
  push: on(push()),
  tag: on(tag('v1.2')),
  pull_request: on(push({ event: 'pull_request', ref: 'refs/pull/5/head', pullRequest: 5 })),
  'skip-ci': on(tag('v1.2', { message: 'Only words\n\n[skip ci]' })),
  'no-registry': on(tag('v1.2'), { registry: undefined }),
  trusted: on(push(), { trusted: true }),
};

const SCENARIOS: Readonly<Record<string, readonly (keyof typeof OCCASIONS)[]>> = {
  'whole-chain': ['push', 'tag', 'pull_request', 'skip-ci', 'no-registry'],
  parts: ['push', 'tag'],
  services: ['push'],
  'dockerfile-in-pre-build': ['push', 'tag'],
  'only-deploy': ['push', 'tag'],
  policy: ['push', 'trusted'],
  'default-image': ['tag'],
  'only-tests': ['push', 'tag'],
  'every-key': ['push'],
};

const CASES = Object.entries(SCENARIOS).flatMap(([name, occasions]) =>
  occasions.map((occasion) => ({ name, occasion })),
);
const golden = (name: string, occasion: string): string => path.join(ROOT, name, `plan.${occasion}.json`);

describe('the plan of', () => {
  test.each(CASES)('$name on $occasion', ({ name, occasion }) => {
    const { definitions, issues } = parseConfig(readFileSync(path.join(ROOT, name, 'caicloud.yml'), 'utf8'));
    expect(issues.filter(({ severity }) => severity === 'error')).toEqual([]);
    const plan = planRun({
      definitions,
      repository: { owner: 'Acme', name: 'hello' },
      ...OCCASIONS[occasion],
    });
    const file = golden(name, occasion);
    if (UPDATE) writeFileSync(file, `${JSON.stringify(plan, null, 2)}\n`);
    expect(plan).toEqual(JSON.parse(readFileSync(file, 'utf8')));
  });

  test('nothing else is kept', () => {
    const kept = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.json'),
    );
    const known = CASES.map(({ name, occasion }) => path.relative(ROOT, golden(name, occasion)));
    expect(kept.toSorted()).toEqual(known.toSorted());
    expect(readdirSync(ROOT).toSorted()).toEqual(Object.keys(SCENARIOS).toSorted());
  });
});

test('the image of a branch is called by its commit', () => {
  const plan = planRun({ definitions: [], repository: { owner: 'Acme', name: 'hello' }, ...OCCASIONS.push });
  expect(plan.image).toBe(`registry.example/team/acme/hello:ci_${SHA}`);
});

test.each([
  ['a fork', true, ['HTTPS_PROXY: the build of a fork takes no proxy']],
  ['anybody else', false, []],
])('a proxy for the build of %s', (_, fork, refusals) => {
  const { definitions } = parseConfig(
    'build: { context_dir: ., args: [HTTPS_PROXY=http://evil, COLOR=red] }',
  );
  const trigger = { ...OCCASIONS.push.trigger, fork };
  const plan = planRun({
    definitions,
    repository: { owner: 'Acme', name: 'hello' },
    ...OCCASIONS.push,
    trigger,
  });
  expect(plan.stages[0]?.refusals).toEqual(refusals);
});
