import { expect, test } from '@jest/globals';
import { createdRange } from '../../src/web/created-range.js';

const at = (text: string) => Date.parse(text);
const DAY = at('2026-01-31T00:00:00Z');
const NEXT = at('2026-02-01T00:00:00Z');

test.each([
  ['2026-01-31', { from: DAY, until: NEXT }],
  ['>=2026-01-31', { from: DAY }],
  ['>2026-01-31', { from: NEXT }],
  ['<2026-01-31', { until: DAY }],
  ['<=2026-01-31', { until: NEXT }],
  ['2026-01-31..2026-01-31', { from: DAY, until: NEXT }],
  ['*..2026-01-31', { until: NEXT }],
  ['2026-01-31..*', { from: DAY }],
  ['>=2026-01-31T02:00:00+02:00', { from: DAY }],
  ['<=2026-01-31T00:00:00Z', { until: DAY + 1 }],
])('%s', (text, range) => {
  expect(createdRange(text)).toEqual(range);
});

test.each([
  '',
  'yesterday',
  '2026',
  '2026-13-01',
  '2026-02-30',
  '=2026-01-31',
  '2026-01-31..',
  '2026-01-31..2026-02-01..2026-02-02',
  '2026-01-31T12:00:00',
  '1767225600000',
])('%j is none', (text) => {
  expect(createdRange(text)).toBeUndefined();
});
