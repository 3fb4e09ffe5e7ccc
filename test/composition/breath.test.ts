import { setImmediate as nextRound } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { createBreath } from '../../src/composition/breath.js';

/** A clock that goes on when it is told to. */
function room() {
  let time = 0;
  const { breath, first } = createBreath(() => time);
  const begun: string[] = [];
  const goOn = (ms: number): void => {
    time += ms;
  };
  return {
    begun,
    first,
    begin: (piece: string) => void breath().then(() => begun.push(piece)),
    goOn,
    /** A webhook whose answer took long. */
    late: () => first(() => Promise.resolve(goOn(60))),
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

test('while webhooks come late fewer pieces begin, and no fewer than ten a second', async () => {
  const { begin, begun, goOn, late, rounds, until } = room();
  for (let webhook = 0; webhook < 20; webhook += 1) await late();
  begin('a');
  await until(() => begun.length === 1);
  begin('b');
  goOn(50);
  await rounds(5);
  expect(begun).toEqual(['a']);
  goOn(50);
  await until(() => begun.length === 2);
});

test('webhooks that come in time let pieces begin again one after another', async () => {
  const { begin, begun, first, goOn, late, rounds } = room();
  for (let webhook = 0; webhook < 20; webhook += 1) await late();
  for (let webhook = 0; webhook < 100; webhook += 1) {
    goOn(60);
    await first(() => Promise.resolve());
  }
  for (const piece of ['a', 'b', 'c']) begin(piece);
  await rounds(6);
  expect(begun).toEqual(['a', 'b', 'c']);
});

test('when no webhook comes any more nobody pauses for one', async () => {
  const { begin, begun, goOn, late, rounds } = room();
  for (let webhook = 0; webhook < 20; webhook += 1) await late();
  goOn(300);
  for (const piece of ['a', 'b', 'c']) begin(piece);
  await rounds(6);
  expect(begun).toEqual(['a', 'b', 'c']);
});

test('many webhooks that one hold-up made late count once', async () => {
  const { begin, begun, first, goOn, rounds, until } = room();
  const held: (() => void)[] = [];
  const all = Array.from({ length: 30 }, () =>
    first(() => new Promise<void>((resolve) => held.push(resolve))),
  );
  goOn(40);
  for (const answer of held) answer();
  await Promise.all(all);
  begin('a');
  await until(() => begun.length === 1);
  begin('b');
  goOn(10);
  await rounds(5);
  expect(begun).toEqual(['a', 'b']);
});
