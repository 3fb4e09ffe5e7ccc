import { describe, expect, test } from '@jest/globals';
import { ago } from '../../src/web/words.js';

describe('words', () => {
  test.each([
    [-5_000, 'just now'],
    [59_000, 'just now'],
    [180_000, '3 min ago'],
    [7_200_000, '2 h ago'],
    [86_400_000, 'yesterday'],
    [3 * 86_400_000, '3 days ago'],
  ])('%i ms ago is %s', (ms, words) => expect(ago(ms)).toBe(words));
});
