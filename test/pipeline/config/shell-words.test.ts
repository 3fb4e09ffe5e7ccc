import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { shellWords } from '../../../src/pipeline/config/shell-words.js';

describe('shellWords', () => {
  it.each<[string, string[]]>([
    ['mongod --smallfiles', ['mongod', '--smallfiles']],
    [' a\tb\n c ', ['a', 'b', 'c']],
    [`echo a\\ b 'c d' "e f"`, ['echo', 'a b', 'c d', 'e f']],
    [`/bin/sh -c 'echo "a b" && sleep 1'`, ['/bin/sh', '-c', 'echo "a b" && sleep 1']],
    [`a'b'"c"d`, ['abcd']],
    [`'' ""`, ['', '']],
    [`"a\\"b" "c\\d" "\\$e"`, ['a"b', 'c\\d', '$e']],
    [`'a\\b'`, ['a\\b']],
    ['a && b | c; d > e $F *.go', ['a', '&&', 'b', '|', 'c;', 'd', '>', 'e', '$F', '*.go']],
    ['a # b\nc d#e', ['a', 'c', 'd#e']],
    ['a\\\nb', ['ab']],
    ['', []],
  ])('%j', (text, words) => {
    expect(shellWords(text)).toEqual({ ok: true, words });
  });

  it.each([
    ["it's", "'"],
    ['say "hi', '"'],
    ['"a\\"', '"'],
    ['a\\', '\\'],
  ])('%j is open', (text, open) => {
    expect(shellWords(text)).toEqual({ ok: false, open });
  });

  it('gives back words that were quoted', () => {
    const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (words) => {
        expect(shellWords(words.map(quote).join(' '))).toEqual({ ok: true, words });
      }),
    );
  });
});
