import { expect, test } from '@jest/globals';
import { lineOf, type Packed, readIndex } from '../../../src/adapters/archive/packed.js';

const chunk = (number: number): Packed => ({
  chunk: number,
  bytes: 10,
  newlines: 2,
  endsLine: true,
  end: 10 * number,
  file: 1,
  place: 5 * (number - 1),
  packed: 5,
  stamps: 0,
  at: 10 * (number - 1),
  newlinesBefore: 2 * (number - 1),
});
const lines = [1, 2, 3].map((number) => lineOf(chunk(number)));
const text = lines.join('');

test('is read line by line, and places follow from what is before', () => {
  expect(readIndex(text)).toEqual({ chunks: [1, 2, 3].map(chunk), length: text.length });
});

test('a last line that is not whole is left out, wherever it was torn', () => {
  for (let cut = 0; cut < (lines[2] ?? '').length; cut += 1) {
    const length = text.length - (lines[2] ?? '').length;
    expect(readIndex(text.slice(0, length + cut))).toEqual({ chunks: [1, 2].map(chunk), length });
  }
});

test('a line before the last that says nothing is damage, and is not gone on from', () => {
  const damaged = [lines[0], 'x'.repeat(20), '\n', lines[2]].join('');
  expect(() => readIndex(damaged)).toThrow(`damaged at byte ${(lines[0] ?? '').length}`);
});
