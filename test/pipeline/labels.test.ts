import { describe, expect, test } from '@jest/globals';
import { isLabel, workerWith } from '../../src/pipeline/labels.js';

test.each(['gpu', 'arm64', 'team-a', 'v1.2_x', '0', 'x'.repeat(50)])('%s is a label', (text) => {
  expect(isLabel(text)).toBe(true);
});

test.each(['', ' ', 'a b', 'a+b', 'a:b', 'a,b', 'ä', '*', 'x'.repeat(51)])('%j is none', (text) => {
  expect(isLabel(text)).toBe(false);
});

describe('in words', () => {
  test.each([
    [[], 'a worker'],
    [['gpu'], 'a worker with the label gpu'],
    [['arm64', 'gpu'], 'a worker with the labels arm64 and gpu'],
    [['a', 'b', 'c'], 'a worker with the labels a, b and c'],
  ])('%j', (labels, words) => {
    expect(workerWith(labels)).toBe(words);
  });
});
