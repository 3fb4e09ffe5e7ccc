import { expect, test } from '@jest/globals';
import { tidyDaily, tidyFilesDaily } from '../../src/composition/tidy.js';

const DAY = 24 * 3600 * 1000;

test('layers unused for a week go at the start and then each day, whatever became of the day before', async () => {
  const over = new AbortController();
  const warnings: string[] = [];
  let now = 0;
  const tidied: { at: number; olderThan: number }[] = [];
  const shared: number[] = [];
  const engine = {
    removeShared: async (olderThan: number) => void shared.push(olderThan),
    tidy: async (olderThan: number) => {
      tidied.push({ at: now, olderThan });
      if (tidied.length === 2) throw new Error('the engine is away');
    },
  };
  const clock = {
    now: () => now,
    sleep: async (ms: number) => {
      now += ms;
      if (now >= 3 * DAY) over.abort();
    },
  };
  const warn = (_: unknown, message: string): void => void warnings.push(message);
  await tidyDaily({ engine, keepMs: 1, clock, logger: { info: warn, warn, error: warn } }, over.signal);
  expect(tidied).toEqual([0, DAY, 2 * DAY].map((at) => ({ at, olderThan: 7 * DAY })));
  expect(shared).toEqual([DAY, DAY, DAY]);
  expect(warnings).toEqual(['old images and layers not removed']);
});

test('unused files go at the start, and who looks at the log sees how many', async () => {
  const over = new AbortController();
  const messages: unknown[] = [];
  const kept = { unusedMs: 30 * DAY, bytes: 100 };
  const asked: unknown[] = [];
  const blobs = {
    tidy: async (of: unknown) => {
      asked.push(of);
      return { removed: 2 - asked.length };
    },
  };
  const since: number[] = [];
  const index = { removeUnused: async (time: number) => void since.push(time) };
  const clock = {
    now: () => 31 * DAY,
    sleep: async () => {
      if (asked.length === 2) over.abort();
    },
  };
  const write = (fields: unknown, message: string): void => void messages.push([fields, message]);
  await tidyFilesDaily(
    { blobs, index, kept, clock, logger: { info: write, warn: write, error: write } },
    over.signal,
  );
  expect(asked).toEqual([kept, kept]);
  expect(since).toEqual([DAY, DAY]);
  expect(messages).toEqual([[{ removed: 1 }, 'unused files removed']]);
});
