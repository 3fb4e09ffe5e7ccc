import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import {
  countUpTo,
  foundWords,
  nextOf,
  occurrences,
  readFound,
  textOf,
} from '../../../src/web/client/log/search.js';

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(structuredClone(item));
  return found;
}

describe('what is found', () => {
  const answers = [
    { lines: [3, 9], count: 2, scanned: 100, done: false },
    { lines: [], count: 2, scanned: 200, done: false },
    { lines: [250], count: 40, scanned: 300, done: true },
  ];
  const text = answers.map((answer) => `${JSON.stringify(answer)}\n`).join('');

  test('comes as it is found, wherever it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: text.length - 1 })), async (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), text.length];
        async function* chunks(): AsyncGenerator<string> {
          for (const [index, from] of places.slice(0, -1).entries())
            yield text.slice(from, places[index + 1]);
        }
        const found = await all(readFound(chunks()));
        expect(found.at(-1)).toEqual({ lines: [3, 9, 250], count: 40, isDone: true });
      }),
    );
  });

  test('is read from a body that is cut inside a character', async () => {
    const bytes = new TextEncoder().encode('aü€');
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
    expect((await all(textOf(body))).join('')).toBe('aü€');
  });

  test('is said with its place', () => {
    const found = { lines: [3, 9, 250], count: 3204, isDone: true };
    expect(foundWords(found, 9)).toBe('2 of 3,204 lines');
    expect(foundWords(found, 10)).toBe('3,204 lines');
    expect(foundWords(found, undefined)).toBe('3,204 lines');
    expect(foundWords({ ...found, isDone: false }, 9)).toBe('3,204 lines, searching');
    expect(foundWords({ lines: [], count: 0, isDone: true }, 9)).toBe('not found');
    expect(foundWords({ lines: [1], count: 1, isDone: true }, 1)).toBe('1 of 1 line');
  });
});

describe('the next one', () => {
  test.each([
    [5, 1, 9],
    [9, 1, 20],
    [20, 1, 3],
    [1, 1, 3],
    [9, -1, 3],
    [10, -1, 9],
    [3, -1, 20],
    [99, -1, 20],
  ] as const)('from %d, direction %d, is %d', (from, direction, next) => {
    expect(nextOf([3, 9, 20], from, direction)).toBe(next);
  });

  test('of none is none', () => {
    expect(nextOf([], 5, 1)).toBeUndefined();
    expect(nextOf([], 5, -1)).toBeUndefined();
  });

  test('is counted as by looking at each', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50)), fc.nat(60), (numbers, at) => {
        const lines = numbers.sort((a, b) => a - b);
        expect(countUpTo(lines, at)).toBe(lines.filter((line) => line <= at).length);
      }),
    );
  });
});

describe('occurrences', () => {
  test.each([
    ['a.b A.B axb', 'a.b', false, ['a.b', 'A.B']],
    ['a.b A.B axb', 'a.b', true, ['a.b']],
    ['İx', 'x', false, ['x']],
    ['aaa', 'aa', false, ['aa']],
    ['[$^](){}|*+?/-\\', '$^](){}|*+?/-\\', false, ['$^](){}|*+?/-\\']],
    ['anything', '', false, []],
  ])('in %j of %j', (text, query, isCaseSensitive, found) => {
    expect(occurrences(text, query, isCaseSensitive).map(([from, until]) => text.slice(from, until))).toEqual(
      found,
    );
  });
});
