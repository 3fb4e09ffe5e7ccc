import { setImmediate } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { createHolds } from '../../src/worker/holds.js';

/** Whether it has been resolved by now. */
const isOver = (promise: Promise<unknown>): Promise<boolean> =>
  Promise.race([promise.then(() => true), setImmediate(false)]);

test('is free before and after, and not while somebody has it', async () => {
  const holds = createHolds();
  const [one, two] = await Promise.all([holds.take('a'), holds.take('a')]);
  expect(holds.isFree('a')).toBe(false);
  expect(holds.isFree('b')).toBe(true);
  one.release();
  one.release();
  expect(holds.isFree('a')).toBe(false);
  two.release();
  expect(holds.isFree('a')).toBe(true);
});

test('whoever takes it waits for what is done to it', async () => {
  const holds = createHolds();
  let end: () => void = () => undefined;
  const work = holds.alone(
    'a',
    () =>
      new Promise<void>((resolve) => {
        end = resolve;
      }),
  );
  expect(holds.isFree('a')).toBe(false);
  const taken = holds.take('a');
  expect(await isOver(taken)).toBe(false);
  end();
  await work;
  expect(await isOver(taken)).toBe(true);
});

test('what fails alone is free again', async () => {
  const holds = createHolds();
  await expect(holds.alone('a', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(holds.isFree('a')).toBe(true);
});

test('the next owner waits for one that is closing, and not for one that is not', async () => {
  const holds = createHolds();
  const first = await holds.take('a');
  const beside = await holds.take('a');
  first.closing();
  const next = holds.take('a');
  expect(await isOver(next)).toBe(false);
  beside.release();
  expect(await isOver(next)).toBe(false);
  first.release();
  expect(await isOver(next)).toBe(true);
});
