import { describe, expect, test } from '@jest/globals';
import { cachePath, cachePathProblem } from '../../src/pipeline/cache-path.js';
import { compilePathPatterns, idlePatterns } from '../../src/pipeline/path-patterns.js';
import { fillPlaceholders, placeholdersIn, withoutPlaceholders } from '../../src/pipeline/placeholders.js';

describe('patterns of paths', () => {
  const files = ['src/a.ts', 'src/deep/b.ts', 'srcs/c.ts', 'readme.md', '!odd'];
  test.each<[readonly string[], readonly string[]]>([
    [['src'], ['src/a.ts', 'src/deep/b.ts']],
    [['./src/'], ['src/a.ts', 'src/deep/b.ts']],
    [['src', '!src/deep'], ['src/a.ts']],
    [['src/*'], ['src/a.ts', 'src/deep/b.ts']],
    [['*.md'], ['readme.md']],
    [['.'], files],
    [[], []],
  ])('%j', (patterns, expected) => {
    expect(files.filter(compilePathPatterns(patterns))).toEqual(expected);
  });

  test('that take nothing are told from those that take away', () => {
    expect(idlePatterns(['src', 'scr', '!x', '*.go'], files)).toEqual(['scr', '*.go']);
  });
});

describe('placeholders', () => {
  test('are found with their braces', () => {
    expect(placeholdersIn('a-${node}-${checksum:{a,b}.lock}-$x')).toEqual([
      { kind: 'variable', name: 'node' },
      { kind: 'checksum', glob: '{a,b}.lock' },
    ]);
    expect(withoutPlaceholders('a-${node}-${checksum:{a,b}.lock}-$x${')).toBe('a---$x${');
  });

  test('are filled once: a value is not read again', () => {
    expect(fillPlaceholders('${a}${b}', () => '${a}$&')).toBe('${a}$&${a}$&');
  });
});

describe('paths of a cache', () => {
  test('are in the container when they are absolute or at home', () => {
    expect(cachePath('~/.npm/')).toEqual({ kind: 'container', path: '/root/.npm' });
    expect(cachePath('//go//pkg/./mod')).toEqual({ kind: 'container', path: '/go/pkg/mod' });
    expect(cachePath('.npm')).toEqual({ kind: 'workspace', pattern: '.npm' });
    expect(cachePath('~x')).toEqual({ kind: 'workspace', pattern: '~x' });
  });

  test.each([
    '/',
    '/usr',
    '/usr/lib',
    '/usr/bin/x',
    '/etc/x',
    '/proc',
    '/root',
    '/root/code',
    '/var/lib',
    '/a/../b',
  ])('%s hides what is there', (path) => {
    expect(cachePathProblem({ kind: 'container', path })).toEqual(expect.any(String));
  });

  test.each([
    '/root/.npm',
    '/usr/local/cargo/registry',
    '/var/cache/apt',
    '/go/pkg/mod',
    '/cache',
    '/root/codes',
  ])('%s does not', (path) => {
    expect(cachePathProblem({ kind: 'container', path })).toBeUndefined();
  });
});
