import { describe, expect, test } from '@jest/globals';
import { cacheScopes, resultDomain, type Sharer } from '../../src/pipeline/sharing.js';

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

test('results are shared among branches, apart from what has more rights, or less', () => {
  expect([run(), run({ scope: 'tag:v1' }), pull].map(resultDomain)).toEqual(['own', 'own', 'own']);
  expect(resultDomain(run({ trusted: true }))).toBe('trusted');
  expect(resultDomain(fork)).toBe('fork:pull:7');
  expect(resultDomain(run({ scope: 'pull:8', trigger: { fork: true } }))).toBe('fork:pull:8');
});
