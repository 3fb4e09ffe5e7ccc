import { setImmediate as nextRound } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { createBreath } from '../../src/composition/breath.js';

test('one piece of work begins in each round of the event loop, in the order in which they came', async () => {
  const breath = createBreath();
  const begun: number[] = [];
  for (const piece of [1, 2, 3]) void breath().then(() => begun.push(piece));
  const after: number[][] = [];
  for (let round = 0; round < 4; round += 1) {
    await nextRound();
    after.push([...begun]);
  }
  expect(after.at(-1)).toEqual([1, 2, 3]);
  expect(after.map(({ length }) => length)).toEqual([1, 2, 3, 3]);
});

test('who comes when the line was empty waits for no more than a round', async () => {
  const breath = createBreath();
  await breath();
  const begun: string[] = [];
  void breath().then(() => begun.push('second'));
  expect(begun).toEqual([]);
  await nextRound();
  expect(begun).toEqual(['second']);
});
