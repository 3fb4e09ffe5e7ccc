import { describe, expect, test } from '@jest/globals';

import type { Failure } from '../../src/pipeline/model.js';
import { ago, bytes, duration, reasonOf } from '../../src/web/words.js';
import { ended } from './runs.js';

const command = { index: 2, total: 4, text: 'make\nmake test' };

describe('words', () => {
  test.each([
    [0, '0.0 s'],
    [420, '0.4 s'],
    [9_960, '10 s'],
    [48_000, '48 s'],
    [59_600, '1 min'],
    [112_000, '1 min 52 s'],
    [7_500_000, '2 h 5 min'],
    [7_200_000, '2 h'],
  ])('%i ms is %s', (ms, words) => expect(duration(ms)).toBe(words));

  test.each([
    [-5_000, 'just now'],
    [59_000, 'just now'],
    [180_000, '3 min ago'],
    [7_200_000, '2 h ago'],
    [86_400_000, 'yesterday'],
    [3 * 86_400_000, '3 days ago'],
  ])('%i ms ago is %s', (ms, words) => expect(ago(ms)).toBe(words));

  test.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [512 * 2 ** 20, '512 MiB'],
    [1536, '1.5 KiB'],
  ])('%i bytes are %s', (count, words) => expect(bytes(count)).toBe(words));

  test.each<[Failure, string]>([
    [{ code: 'exit', message: '', exitCode: 1, command }, 'command 2 of 4: make … exited 1'],
    [
      { code: 'signal', message: '', signal: 'SIGSEGV', command },
      'command 2 of 4: make … was ended by SIGSEGV',
    ],
    [{ code: 'exit', message: '', exitCode: 3 }, 'the container exited 3'],
    [{ code: 'out_of_memory', message: '', memoryLimit: 2 ** 20 }, 'killed at the 1 MiB memory limit'],
    [{ code: 'image', message: 'no such image: x' }, 'no such image: x'],
  ])('%j', (failure, words) => expect(reasonOf(ended({ kind: 'failed', failure }))).toBe(words));
});
