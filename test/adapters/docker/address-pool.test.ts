import { describe, expect, test } from '@jest/globals';
import { DEFAULT_POOL, overlap, subnets } from '../../../src/adapters/docker/address-pool.js';

describe('subnets', () => {
  test('are all of the pool, once, beginning anywhere', () => {
    const all = [...subnets(DEFAULT_POOL, 1_030)];
    expect(all).toHaveLength(1_024);
    expect(new Set(all).size).toBe(1_024);
    expect(all[0]).toBe('10.213.1.128/26');
    expect(all.at(-1)).toBe('10.213.1.64/26');
    expect(all).toContain('10.213.255.192/26');
  });

  test('of a pool that is too small or none at all are an error', () => {
    expect(() => [...subnets({ range: '10.0.0.0/28', prefix: 26 }, 0)]).toThrow('no subnet of /26');
    expect(() => [...subnets({ range: '10.0.0.300/16', prefix: 26 }, 0)]).toThrow('is no range');
  });
});

test.each([
  ['10.213.0.0/26', '10.213.0.0/16', true],
  ['10.213.0.0/16', '10.213.255.192/26', true],
  ['10.213.0.64/26', '10.213.0.0/26', false],
  ['10.213.0.5/26', '10.213.0.63/32', true],
  ['255.255.255.192/26', '128.0.0.0/1', true],
  ['10.213.0.0/26', 'fd00::/64', false],
])('%s and %s overlap: %s', (left, right, expected) => {
  expect(overlap(left, right)).toBe(expected);
  expect(overlap(right, left)).toBe(expected);
});
