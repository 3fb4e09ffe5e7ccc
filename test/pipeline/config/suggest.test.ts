import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { damerauLevenshtein, suggest } from '../../../src/pipeline/config/suggest.js';

describe('damerauLevenshtein', () => {
  it.each([
    ['', '', 0],
    ['', 'abc', 3],
    ['kitten', 'sitting', 3],
    ['biuld', 'build', 1],
    ['abc', 'acb', 1],
    ['ca', 'abc', 3],
  ])('%j to %j: %d', (from, to, distance) => {
    expect(damerauLevenshtein(from, to)).toBe(distance);
  });

  it('is the same both ways, 0 for equals only, and no more than the longer word', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        const distance = damerauLevenshtein(a, b);
        expect(distance).toBe(damerauLevenshtein(b, a));
        expect(distance === 0).toBe(a === b);
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });
});

describe('suggest', () => {
  const keys = ['image', 'environment', 'entrypoint', 'pre_build', 'post_build', 'net'];

  it.each([
    ['imgae', 'image'],
    ['env', 'environment'],
    ['PostBuild', 'post_build'],
    ['pre-build', 'pre_build'],
    ['prebuid', 'pre_build'],
    ['nte', 'net'],
  ])('%s: %s', (word, meant) => {
    expect(suggest(word, keys)).toBe(meant);
  });

  it.each(['', 'x', 'zebra', 'kubernetes', 'i'.repeat(1000)])('%j: nothing', (word) => {
    expect(suggest(word, keys)).toBeUndefined();
  });
});
