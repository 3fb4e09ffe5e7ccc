import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import {
  type Extent,
  lastPlace,
  MOST_PIXELS,
  moved,
  scaleOf,
  within,
} from '../../../src/web/client/log/place.js';

const even = (rows: number, view = 100): Extent => ({ rows, view, heightOf: () => 20 });

describe('a place in a list', () => {
  test('moves by pixels, over rows', () => {
    expect(moved({ row: 3, offset: 5 }, 50, even(100))).toEqual({ row: 5, offset: 15 });
    expect(moved({ row: 3, offset: 5 }, -50, even(100))).toEqual({ row: 0, offset: 15 });
  });

  test('stays between the ends', () => {
    expect(moved({ row: 3, offset: 5 }, -500, even(100))).toEqual({ row: 0, offset: 0 });
    expect(moved({ row: 3, offset: 5 }, 1e6, even(100))).toEqual({ row: 95, offset: 0 });
    expect(within({ row: 99, offset: 0 }, even(100))).toEqual({ row: 95, offset: 0 });
    expect(lastPlace(even(100, 110))).toEqual({ row: 94, offset: 10 });
    expect(lastPlace(even(3))).toEqual({ row: 0, offset: 0 });
    expect(lastPlace(even(0))).toEqual({ row: 0, offset: 0 });
  });

  test('of rows of any height is the same after there and back', () => {
    const heights = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(
        heights,
        fc.integer({ min: 1, max: 200 }),
        fc.nat(3_000),
        fc.nat(3_000),
        (rows, view, down, more) => {
          const extent: Extent = { rows: rows.length, view, heightOf: (row) => rows[row] ?? 0 };
          const top = { row: 0, offset: 0 };
          const pixelsTo = ({ row, offset }: { row: number; offset: number }): number =>
            rows.slice(0, row).reduce((sum, height) => sum + height, offset);
          const range = Math.max(0, pixelsTo({ row: rows.length, offset: 0 }) - view);
          const there = moved(top, down, extent);
          expect(pixelsTo(there)).toBe(Math.min(range, down));
          expect(pixelsTo(moved(there, -more, extent))).toBe(Math.max(0, Math.min(range, down) - more));
        },
      ),
    );
  });
});

describe('a scroll bar', () => {
  test('of a list that browsers can lay out is the list', () => {
    const { height, toBar, toLog } = scaleOf(500_000, 700);
    expect([height, toBar(1234), toLog(1234)]).toEqual([500_000, 1234, 1234]);
  });

  test.each([10_000_000, 20_000_000, 2_000_000_000])('of %d pixels reaches every place', (pixels) => {
    const view = 700;
    const { height, toBar, toLog } = scaleOf(pixels, view);
    expect(height).toBe(MOST_PIXELS);
    expect([toLog(0), toLog(height - view)]).toEqual([0, pixels - view]);
    fc.assert(
      fc.property(fc.double({ min: 0, max: pixels - view, noNaN: true }), (at) => {
        expect(Math.abs(toLog(toBar(at)) - at)).toBeLessThan(0.01);
      }),
    );
    // Near the ends a pixel is a pixel.
    expect(toBar(1_000) - toBar(900)).toBe(100);
    expect(toBar(pixels - 900) - toBar(pixels - 1_000)).toBeCloseTo(100);
  });
});
