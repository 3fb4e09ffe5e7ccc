import { afterEach, expect, test } from '@jest/globals';

import { ThreadLost, Threads, type ThreadsOptions } from '../../../src/adapters/threads/threads.js';

/** Says what was asked, or does what it says. */
type Task = 'die' | 'throw' | { readonly say: number };

const ENTRY = new URL('./support/saying.ts', import.meta.url);
const TYPESCRIPT = new URL('../../composition/support/typescript.mjs', import.meta.url);
let threads: Threads<Task, number>;

function open(options: Partial<ThreadsOptions> = {}): Threads<Task, number> {
  const execArgv = ['--no-warnings', '--import', String(TYPESCRIPT)];
  threads = new Threads({ entry: ENTRY, most: 2, idleMs: 60_000, heapMiB: 32, execArgv, ...options });
  return threads;
}

afterEach(() => threads.close());

test('none is there before something is asked, and no more than allowed', async () => {
  open();
  const before = threads.count;
  const said = Array.from({ length: 9 }, (_, say) => threads.run({ say }));
  expect([before, threads.count]).toEqual([0, 2]);
  expect(await Promise.all(said)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
});

test('what is asked one after the other needs one', async () => {
  open();
  for (const say of [1, 2, 3]) expect(await threads.run({ say })).toBe(say);
  expect(threads.count).toBe(1);
});

test('what a task throws is told to who asked, and the thread goes on', async () => {
  open({ most: 1 });
  await expect(threads.run('throw')).rejects.toThrow('as it was told to');
  expect(await threads.run({ say: 1 })).toBe(1);
});

test('with a thread all that it had is lost, and the next one begins', async () => {
  open({ most: 1 });
  const lost = await Promise.allSettled([threads.run('die'), threads.run({ say: 1 })]);
  expect(lost.map((one) => one.status === 'rejected' && one.reason instanceof ThreadLost)).toEqual([
    true,
    true,
  ]);
  expect(await threads.run({ say: 2 })).toBe(2);
});

test('they end when nothing is asked for a while, and begin anew', async () => {
  open({ idleMs: 1 });
  await threads.run({ say: 1 });
  while (threads.count > 0) await new Promise((resolve) => setTimeout(resolve, 1));
  expect(await threads.run({ say: 2 })).toBe(2);
});

test('what cannot be copied is told to who asked, and others are answered', async () => {
  const odd: Threads<() => void, number> = new Threads({
    entry: ENTRY,
    most: 1,
    idleMs: 60_000,
    heapMiB: 32,
  });
  await expect(odd.run(() => {})).rejects.toThrow('could not be cloned');
  await odd.close();
});
