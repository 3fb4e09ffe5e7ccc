import { expect, test } from '@jest/globals';
import { apiVersion, before } from '../../../src/adapters/docker/version.js';

test.each([
  ['Docker 20.10', '1.41', '1.12', '1.41'],
  ['Docker 24', '1.43', '1.12', '1.43'],
  ['Docker 28', '1.51', '1.24', '1.47'],
  ['Docker 29', '1.52', '1.44', '1.47'],
  ['an engine that names no oldest', '1.45', undefined, '1.45'],
])('%s is spoken to in a version that it knows', (_, newest, oldest, expected) => {
  expect(apiVersion({ newest, oldest })).toBe(expected);
});

test('an engine with no version in common is refused', () => {
  expect(() => apiVersion({ newest: '1.40', oldest: '1.12' })).toThrow('too old');
  expect(() => apiVersion({ newest: '1.70', oldest: '1.60' })).toThrow('too new');
});

test.each([
  ['1.9', '1.41', true],
  ['20.10.24+dfsg1', '24.0.9', true],
  ['25.0.2', '25.0.2', false],
  ['25', '25.0.1', true],
  ['28.0.0-rc.1', '27.9', false],
])('%s is before %s: %s', (left, right, expected) => {
  expect(before(left, right)).toBe(expected);
});
