import { describe, expect, test } from '@jest/globals';
import type { Plan, PlannedStage } from '../../src/pipeline/model.js';
import { cacheScopes, resultDomain, resultDomains, type Sharer } from '../../src/pipeline/sharing.js';
import { chainOf } from './examples.js';

function run(
  over: Partial<Omit<Sharer, 'trigger'>> & { readonly trigger?: Partial<Sharer['trigger']> } = {},
): Sharer {
  return {
    repository: { defaultBranch: 'main' },
    scope: 'branch:main',
    trusted: false,
    ...over,
    trigger: { fork: false, ...over.trigger },
  };
}

const pull = run({ scope: 'pull:7', trigger: { base: 'release/1' } });
const fork = run({ scope: 'pull:7', trigger: { base: 'main', fork: true } });

describe('the caches of a run', () => {
  test.each<[string, Sharer, string, readonly string[]]>([
    ['the default branch', run(), 'branch:main', ['branch:main']],
    ['a branch', run({ scope: 'branch:x' }), 'branch:x', ['branch:x', 'branch:main']],
    ['a tag', run({ scope: 'tag:v1' }), 'tag:v1', ['tag:v1', 'branch:main']],
    ['a pull request', pull, 'pull:7', ['pull:7', 'branch:release/1', 'branch:main']],
    [
      'a pull request into the default branch',
      run({ scope: 'pull:7', trigger: { base: 'main' } }),
      'pull:7',
      ['pull:7', 'branch:main'],
    ],
    ["a fork's pull request", fork, 'fork:pull:7', ['fork:pull:7']],
  ])('%s', (_, sharer, own, readable) => {
    expect(cacheScopes(sharer)).toEqual({ own, readable });
  });

  test('a branch that is called like a room of others has its own', () => {
    expect(cacheScopes(run({ scope: 'branch:fork:pull:7' })).readable).not.toContain('fork:pull:7');
  });
});

describe('a result', () => {
  const plan = chainOf('pre_build', 'build', 'integration');
  const kept = (sharer: Sharer, stage = 'integration', of: Plan = plan): string =>
    resultDomain({ ...sharer, plan: of }, stage);

  test('is shared among branches, apart from what has more rights, or less', () => {
    expect([run(), run({ scope: 'tag:v1' }), pull].map((one) => kept(one))).toEqual(['own', 'own', 'own']);
    expect(kept(run({ trusted: true }))).toBe('trusted');
    expect(kept(fork)).toBe('fork:pull:7');
    expect(kept(run({ scope: 'pull:8', trigger: { fork: true } }))).toBe('fork:pull:8');
  });

  test('is found where it was kept, and by no run of other rights', () => {
    for (const one of [run(), pull, fork, run({ trusted: true })]) {
      expect(resultDomains(one)).toContain(kept(one));
      expect(resultDomains(one)).toContain(kept(one, 'integration', withCache));
    }
    expect(resultDomains(fork)).toHaveLength(2);
    expect(resultDomains(run())).not.toContain(kept(run({ trusted: true }), 'integration', withCache));
  });

  const cache = [{ key: 'npm', paths: ['node_modules'], restoreKeys: [] }];
  const change = (more: Pick<PlannedStage, 'skip'> = {}): Plan => ({
    ...plan,
    stages: plan.stages.map((one) => (one.id === 'build' ? { ...one, options: { cache }, ...more } : one)),
  });
  const withCache = change();

  test.each([
    ['pre_build', 'own'],
    ['build', 'own caches pull:7'],
    ['integration', 'own caches pull:7'],
  ])('of %s, where build has a cache, is kept for %s', (stage, domain) => {
    expect(kept(pull, stage, withCache)).toBe(domain);
  });

  test('is made of no cache of a stage that does not run', () => {
    expect(kept(pull, 'integration', change({ skip: { kind: 'event', message: 'runs on tags' } }))).toBe(
      'own',
    );
  });
});
