import { describe, expect, test } from '@jest/globals';
import { defaultLimits } from '../../src/composition/limits.js';

const GIBIBYTE = 1024 ** 3;

describe('what a container may use', () => {
  test.each([
    [1, 0.75],
    [2, 1.75],
    [32, 31.75],
  ])('of %d cores leaves the worker some', (cores, cpus) => {
    expect(defaultLimits({ cores, memory: 64 * GIBIBYTE })).toEqual({
      memory: 4 * GIBIBYTE,
      cpus,
      pids: 1024,
    });
  });

  test('of memory is no more than the machine has', () => {
    expect(defaultLimits({ cores: 2, memory: GIBIBYTE }).memory).toBe(GIBIBYTE);
  });

  test('is not bound to what the engine does not tell', () => {
    expect(defaultLimits({ cores: 0, memory: 0 })).toEqual({ memory: 4 * GIBIBYTE, cpus: 0, pids: 1024 });
  });
});
