import { setImmediate as nextRound } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { createBreath } from '../../src/composition/breath.js';

/** A clock that goes on when it is told to. */
function room() {
  let time = 0;
  const { breath, first } = createBreath(() => time);
  const begun: string[] = [];
  return {
    begun,
    first,
    begin: (piece: string) => void breath().then(() => begun.push(piece)),
    goOn: (ms: number) => {
      time += ms;
    },
    until: async (isSo: () => boolean) => {
      while (!isSo()) await nextRound();
    },
    rounds: async (count: number) => {
      for (let round = 0; round < count; round += 1) await nextRound();
    },
  };
}

test('one piece of work begins in each round of the event loop, in the order in which they came', async () => {
  const { begin, begun, rounds } = room();
  for (const piece of ['a', 'b', 'c']) begin(piece);
  const after: string[] = [];
  for (let round = 0; round < 4; round += 1) {
    await rounds(1);
    after.push(begun.join(''));
  }
  expect(after).toEqual(['a', 'ab', 'abc', 'abc']);
});

test('who comes when the line was empty waits for a round', async () => {
  const { begin, begun, rounds } = room();
  begin('a');
  await rounds(2);
  begin('b');
  expect(begun).toEqual(['a']);
  await rounds(1);
  expect(begun).toEqual(['a', 'b']);
});

test('while a webhook is in hand nothing begins, until it is answered', async () => {
  const { begin, begun, first, rounds, until } = room();
  const answers: (() => void)[] = [];
  const answered = first(() => new Promise<void>((resolve) => answers.push(resolve)));
  begin('a');
  begin('b');
  await rounds(20);
  expect(begun).toEqual([]);
  for (const answer of answers) answer();
  await answered;
  await until(() => begun.length === 2);
  expect(begun).toEqual(['a', 'b']);
});

test('nobody waits for webhooks for ever', async () => {
  const { begin, begun, first, goOn, rounds, until } = room();
  void first(() => new Promise(() => undefined));
  begin('a');
  begin('b');
  await rounds(5);
  goOn(1000);
  await until(() => begun.length > 0);
  await rounds(20);
  // The next one has its own patience.
  expect(begun).toEqual(['a']);
  goOn(1000);
  await until(() => begun.length === 2);
});

test('a webhook that fails is in hand no more', async () => {
  const { begin, begun, first, until } = room();
  await expect(first(() => Promise.reject(new Error('Redis is away')))).rejects.toThrow('Redis is away');
  begin('a');
  await until(() => begun.length === 1);
  expect(begun).toEqual(['a']);
});
