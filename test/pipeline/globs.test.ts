import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compileGlobs, globProblem, globsMatch } from '../../src/pipeline/globs.js';

describe.each([
  ['main', ['main'], ['Main', 'main2', 'amain', '']],
  ['release/*', ['release/1', 'release/'], ['release', 'release/1/2']],
  ['release/**', ['release/1', 'release/1/2'], ['release']],
  ['**', ['', 'a', 'a/b'], []],
  ['**/*.ts', ['a.ts', 'src/a.ts', 'src/b/a.ts'], ['a.tsx', 'a.ts/b']],
  ['src/**/a', ['src/a', 'src/b/a', 'src/b/c/a'], ['srca', 'src/ba']],
  ['a**b', ['ab', 'a/x/b'], ['abc']],
  ['v?', ['v1', 'vé', 'v😀'], ['v', 'v12', 'v/']],
  ['v[0-9].[!0-4]', ['v1.5', 'v9.x'], ['v1.4', 'vx.5', 'v1./']],
  ['[]a]', [']', 'a'], ['b']],
  ['{main,dev/*,}', ['main', 'dev/x', ''], ['dev', 'main,']],
  ['a{b,c{d,e}}f', ['abf', 'acdf', 'acef'], ['acf', 'abdf']],
  ['a.b+c(d)$', ['a.b+c(d)$'], ['axb+c(d)$']],
  ['\\*\\{', ['*{'], ['a{']],
  ['a{b', ['a{b'], ['ab']],
  ['a[b', ['a[b'], ['ab']],
] as const)('%s', (glob, yes, no) => {
  test('matches the whole of what it should, and nothing else', () => {
    expect(yes.filter((text) => !globsMatch([glob], text))).toEqual([]);
    expect(no.filter((text) => globsMatch([glob], text))).toEqual([]);
  });
});

describe('a list', () => {
  test('holds when one of it matches', () => {
    expect(globsMatch(['main', 'dev'], 'dev')).toBe(true);
    expect(globsMatch(['main', 'dev'], 'other')).toBe(false);
    expect(globsMatch([], 'main')).toBe(false);
  });

  test('takes away with !, and the last word counts', () => {
    const globs = ['src/**', '!src/docs/**', 'src/docs/api/**'];
    expect(['src/a', 'src/docs/a', 'src/docs/api/a'].map((path) => globsMatch(globs, path))).toEqual([
      true,
      false,
      true,
    ]);
  });

  test('that only takes away begins with everything', () => {
    expect(['main', 'wip/x'].map((branch) => globsMatch(['!wip/**'], branch))).toEqual([true, false]);
  });
});

test.each([
  ['a[b', 'a [ has no ]'],
  ['{a,b', 'a { has no }'],
  ['a\\', 'a backslash has nothing behind it'],
  ['[z-a]', '[z-a] has a range that ends before it begins'],
  ['', 'it is empty'],
  ['!', 'it is empty'],
  ['!src/{a,b}/[a-z]*', undefined],
])('the problem of %s is: %s', (glob, problem) => {
  expect(globProblem(glob)).toBe(problem);
});

describe('property', () => {
  test('a text without special characters matches itself alone', () => {
    const plain = fc.stringMatching(/^[a-z0-9/._-]{1,20}$/);
    fc.assert(
      fc.property(plain, plain, (one, other) => {
        expect(globsMatch([one], other)).toBe(one === other);
      }),
    );
  });

  test('of * and ? agrees with the regular expression', () => {
    const glob = fc.stringMatching(/^[ab*?/]{1,8}$/).filter((text) => !text.includes('**'));
    fc.assert(
      fc.property(glob, fc.stringMatching(/^[ab/]{0,8}$/), (pattern, text) => {
        const regexp = new RegExp(`^${pattern.replaceAll('?', '[^/]').replaceAll('*', '[^/]*')}$`);
        expect(globsMatch([pattern], text)).toBe(regexp.test(text));
      }),
    );
  });

  test('of braces is the choice of its branches', () => {
    const word = fc.stringMatching(/^[ab*]{0,3}$/).filter((text) => !text.includes('**'));
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 3 }),
        fc.stringMatching(/^[ab]{0,5}$/),
        (words, text) => {
          expect(globsMatch([`x{${words.join(',')}}`], `x${text}`)).toBe(globsMatch(words, text));
        },
      ),
    );
  });

  test('any text is read, whatever is in it', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a!*?{},[\]\\/-]{0,30}$/), fc.string(), (glob, text) => {
        expect(typeof globsMatch([glob], text)).toBe('boolean');
        globProblem(glob);
      }),
    );
  });
});

test('the patterns that make others backtrack for ever end', () => {
  const text = 'a'.repeat(2000);
  expect(globsMatch([`${'*a'.repeat(60)}b`], text)).toBe(false);
  expect(globsMatch([`${'{a,aa,a*}'.repeat(40)}b`], text)).toBe(false);
  expect(globsMatch([`${'**/'.repeat(60)}b`], 'a/'.repeat(1000))).toBe(false);
  expect(globsMatch(['{'.repeat(50_000)], text)).toBe(false);
  expect(globsMatch(['['.repeat(50_000)], text)).toBe(false);
});

test('asked for many texts, it answers as if each were the first', () => {
  const globs = ['src/**/*.ts', '!src/{a,b}?/*'];
  const texts = Array.from({ length: 12_000 }, (_, index) => {
    const name = String.fromCodePoint(0x4e00 + index);
    return `src/${(index % 1296).toString(36)}/${name}.${index % 3 === 0 ? 'ts' : 'js'}`;
  });
  const answers = texts.map(compileGlobs(globs));
  const seldom = texts
    .map((text, index) => [text, answers[index]] as const)
    .filter((_, index) => index % 20 === 0);
  expect(seldom.map(([, answer]) => answer)).toEqual(seldom.map(([text]) => globsMatch(globs, text)));
  expect(new Set(answers)).toEqual(new Set([true, false]));
});
