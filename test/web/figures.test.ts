import { expect, test } from '@jest/globals';
import type { Conclusion } from '../../src/pipeline/model.js';
import { byDay, figuresOf } from '../../src/web/figures.js';
import { NOON } from './runs.js';

const DAY = 24 * 3600 * 1000;

function figure(lastedMs: number | undefined, conclusion: Conclusion = 'success', createdAt = NOON) {
  return { id: 1, conclusion, createdAt, lastedMs };
}

test('durations are numbers that were measured, by the nearest rank', () => {
  const runs = Array.from({ length: 100 }, (_, index) => figure((100 - index) * 1000));
  expect(figuresOf(runs)).toEqual({ passed: 100, failed: 0, p50: 50_000, p95: 95_000 });
  expect(figuresOf([figure(7)])).toMatchObject({ p50: 7, p95: 7 });
});

test('what neither passed nor failed says nothing', () => {
  const runs = [figure(1), figure(9, 'timed_out'), figure(5, 'cancelled'), figure(undefined, 'skipped')];
  expect(figuresOf(runs)).toEqual({ passed: 1, failed: 1, p50: 1, p95: 9 });
  expect(figuresOf([])).toEqual({ passed: 0, failed: 0, p50: undefined, p95: undefined });
});

test('each day from the first with a run to today has its numbers', () => {
  const days = byDay([figure(1), figure(2, 'failure', NOON - 2 * DAY)], NOON);
  expect(days.map(({ day, passed, failed }) => [day, passed, failed])).toEqual([
    ['2026-11-20', 0, 1],
    ['2026-11-21', 0, 0],
    ['2026-11-22', 1, 0],
  ]);
  expect(byDay([], NOON)).toEqual([]);
});
