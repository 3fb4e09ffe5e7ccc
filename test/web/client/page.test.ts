import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { duration } from '../../../src/pipeline/measures.js';
import { lineWords, readHash, writeHash } from '../../../src/web/client/log/address.js';
import { commandOf, KEYS_EXPLAINED } from '../../../src/web/client/log/keys.js';
import { lineNear, pixelsOf } from '../../../src/web/client/log/map-scale.js';
import { lastedWords, nextTimes, timeWords } from '../../../src/web/client/log/times.js';

describe('an address of lines', () => {
  test.each([
    ['#L120', { lines: { from: 120, until: 120 } }],
    ['#L120-L140', { lines: { from: 120, until: 140 } }],
    ['#L120-140', { lines: { from: 120, until: 140 } }],
    ['#L140-L120', { lines: { from: 120, until: 140 } }],
    ['#db/L7', { service: 'db', lines: { from: 7, until: 7 } }],
    ['#my%20db%2F1/', { service: 'my db/1' }],
  ])('%s', (hash, place) => {
    expect(readHash(hash)).toEqual(place);
  });

  test.each([
    '',
    '#',
    '#content',
    '#L',
    '#L0',
    '#L-1',
    '#L1x',
    '#L99999999999999999999',
    '#/',
    '#/L',
    '#%zz/x',
  ])('%s is about something else', (hash) => {
    expect(readHash(hash)).toBeUndefined();
  });

  test('that is written is read the same', () => {
    const line = fc.integer({ min: 1, max: 1e9 });
    const lines = fc.tuple(line, fc.nat(1000)).map(([from, more]) => ({ from, until: from + more }));
    fc.assert(
      fc.property(
        fc.option(lines),
        fc.option(fc.string({ minLength: 1, unit: 'grapheme' })),
        (range, service) => {
          const place = {
            ...(service === null ? {} : { service }),
            ...(range === null ? {} : { lines: range }),
          };
          const hash = writeHash(place);
          expect(hash === '' ? {} : readHash(hash)).toEqual(place);
        },
      ),
    );
  });

  test('is said', () => {
    expect([lineWords({ from: 1, until: 1 }, 'L'), lineWords({ from: 1, until: 3 }, 'L')]).toEqual([
      'L1',
      'L1-L3',
    ]);
  });
});

describe('times', () => {
  const at = Date.UTC(2026, 10, 22, 12, 3, 4, 56);

  test.each([
    ['none', at, at, ''],
    ['absolute', at, undefined, '12:03:04.056'],
    ['relative', at + 65_432, at, '1:05.432'],
    ['relative', at + 3_600_000, at, '1:00:00.000'],
    ['relative', at - 5, at, '0:00.000'],
    ['relative', at, undefined, ''],
    ['absolute', undefined, at, ''],
  ] as const)('%s', (shown, time, start, words) => {
    expect(timeWords(time, shown, start)).toBe(words);
  });

  test('are shown in three ways, one after the other', () => {
    expect(nextTimes(nextTimes(nextTimes('none')))).toBe('none');
  });

  test('last as long as the pages of the server say', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e8, noNaN: true }), (ms) => {
        expect(lastedWords(ms)).toBe(duration(ms));
      }),
    );
  });
});

describe('keys', () => {
  const press = (key: string, more = {}) => ({ key, ctrlKey: false, altKey: false, metaKey: false, ...more });

  test('that the dialog names do something', () => {
    for (const [keys] of KEYS_EXPLAINED) {
      for (const key of keys)
        expect(commandOf(press(key === 'Esc' ? 'Escape' : key), 'nothing')).toBeDefined();
    }
  });

  test.each([
    ['n', 'field', undefined],
    ['n', 'control', 'next-hit'],
    [' ', 'control', undefined],
    ['Enter', 'control', undefined],
    ['ArrowDown', 'control', undefined],
    ['Escape', 'control', 'clear'],
    ['ArrowDown', 'log', 'line-down'],
    ['toString', 'log', undefined],
  ] as const)('%j with the focus on a %s', (key, where, command) => {
    expect(commandOf(press(key), where)).toBe(command);
  });

  test('of the browser stay its own', () => {
    for (const held of [{ ctrlKey: true }, { altKey: true }, { metaKey: true }]) {
      expect(commandOf(press('f', held), 'log')).toBeUndefined();
    }
  });
});

describe('the map', () => {
  test('has as many marks as it has pixels, and the last line is on it', () => {
    const every = Array.from({ length: 1_000_000 }, (_, index) => index + 1);
    const pixels = pixelsOf(every, 1_000_000, 700);
    expect([pixels.length, pixels[0], pixels.at(-1)]).toEqual([700, 0, 699]);
    expect(pixelsOf([1, 2, 1_000_000], 1_000_000, 700)).toEqual([0, 699]);
  });

  test('a click near a mark means it', () => {
    expect(lineNear(100, 700, 7_000, [1_010, 1_030])).toBe(1_010);
    expect(lineNear(100, 700, 7_000, [2_000])).toBe(1_001);
    expect(lineNear(700, 700, 7_000, [])).toBe(7_000);
    expect(lineNear(0, 700, 3, [])).toBe(1);
  });
});
