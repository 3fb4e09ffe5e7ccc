import { expect, test } from '@jest/globals';
import { tidyDaily, tidyFilesDaily, tidyLogsDaily, tidySessionsDaily } from '../../src/composition/tidy.js';
import type { RunStatus } from '../../src/pipeline/model.js';
import type { RunRecord } from '../../src/runs/ports.js';
import { runView } from '../web/runs.js';

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
  const looks: number[] = [];
  const orphans = (): void => void looks.push(now);
  await tidyDaily(
    { engine, keepMs: 1, orphans, clock, logger: { info: warn, warn, error: warn } },
    over.signal,
  );
  expect(tidied).toEqual([0, DAY, 2 * DAY].map((at) => ({ at, olderThan: 7 * DAY })));
  expect(shared).toEqual([DAY, DAY, DAY]);
  expect(looks).toEqual([0, DAY, 2 * DAY]);
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

test('logs go by age at the start, but not of a run under way, and of one nobody knows too', async () => {
  const over = new AbortController();
  const messages: unknown[] = [];
  const removed: number[] = [];
  const archive = {
    usage: async function* () {
      for (const run of [1, 2, 3]) yield { run, bytes: 1, at: DAY, open: false };
    },
    close: async () => {},
    remove: async (run: number) => void removed.push(run),
  };
  const record = (run: RunStatus): RunRecord => ({
    ...runView({ run }),
    scope: 'branch:main',
    trusted: true,
  });
  const records = new Map([
    [1, record({ status: 'in_progress', startedAt: 0 })],
    [2, record({ status: 'completed', conclusion: 'success', startedAt: 0, completedAt: 1, reason: '' })],
  ]);
  const store = { load: async (run: number) => records.get(run) };
  const clock = { now: () => 9 * DAY, sleep: async () => over.abort() };
  const write = (fields: unknown, message: string): void => void messages.push([fields, message]);
  await tidyLogsDaily(
    {
      archive,
      store,
      keepMs: 7 * DAY,
      bytes: 1e9,
      clock,
      logger: { info: write, warn: write, error: write },
    },
    over.signal,
  );
  expect(removed).toEqual([2, 3]);
  expect(messages).toEqual([[{ removed: 2 }, 'logs of old runs removed']]);
});

test('sessions that open nothing any more go at the start and each day, whoever signs in', async () => {
  const over = new AbortController();
  let now = 100 * DAY;
  const asked: (readonly number[])[] = [];
  const sessions = {
    removeOld: async (begunBefore: number, usedBefore: number) => void asked.push([begunBefore, usedBefore]),
  };
  const clock = {
    now: () => now,
    sleep: async (ms: number) => {
      now += ms;
      if (asked.length === 2) over.abort();
    },
  };
  const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
  await tidySessionsDaily({ sessions, clock, logger }, over.signal);
  expect(asked).toEqual([
    [70 * DAY, 93 * DAY],
    [71 * DAY, 94 * DAY],
  ]);
});
