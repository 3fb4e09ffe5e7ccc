import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import type { RunUsage } from '../../src/logs/ports.js';
import { tidyLogs } from '../../src/logs/retention.js';

const NOW = 1_000_000;

/** Logs of runs; 7 is under way, and every other one had the stages `a` and `b`. */
function kept(usages: readonly RunUsage[], limits: { keepMs?: number; bytes?: number } = {}) {
  const removed: number[] = [];
  const closed: string[] = [];
  const deps = {
    archive: {
      usage: async function* () {
        yield* usages;
      },
      close: async (run: number, stage: string) => void closed.push(`${run}/${stage}`),
      remove: async (run: number) => void removed.push(run),
    },
    completed: async (run: number) => (run === 7 ? undefined : ['a', 'b']),
    keepMs: limits.keepMs ?? 1000,
    bytes: limits.bytes ?? 1e9,
  };
  return { removed, closed, tidy: () => tidyLogs(deps, NOW) };
}

const usage = (run: number, age: number, bytes = 10, open = false): RunUsage => ({
  run,
  at: NOW - age,
  bytes,
  open,
});

test('what is too old goes, what is just as old as it may be stays', async () => {
  const logs = kept([usage(1, 1001), usage(2, 1000), usage(3, 5000)]);
  expect(await logs.tidy()).toEqual({ removed: 2, held: 10 });
  expect(logs.removed).toEqual([3, 1]);
});

test('the oldest go until the rest is not too much', async () => {
  const logs = kept([usage(1, 100, 50), usage(2, 300, 30), usage(3, 200, 40)], { bytes: 90 });
  expect(await logs.tidy()).toEqual({ removed: 1, held: 90 });
  expect(logs.removed).toEqual([2]);
});

test('a run under way stays, however old and large', async () => {
  const logs = kept([usage(7, 9000, 500), usage(1, 5, 20)], { bytes: 510 });
  expect(await logs.tidy()).toEqual({ removed: 1, held: 500 });
  expect(logs.removed).toEqual([1]);
});

test('what was left open is closed, but not of a run under way', async () => {
  const logs = kept([usage(1, 10, 10, true), usage(7, 10, 10, true), usage(2, 10)]);
  await logs.tidy();
  expect(logs.closed).toEqual(['1/a', '1/b']);
  expect(logs.removed).toEqual([]);
});

test('never more is removed than needed, and nothing newer than what stays of the completed ones', async () => {
  const usages = fc.uniqueArray(
    fc.record({ run: fc.nat(30), bytes: fc.nat(100), at: fc.nat(NOW), open: fc.boolean() }),
    { selector: ({ run }) => run },
  );
  await fc.assert(
    fc.asyncProperty(usages, fc.nat(500), async (all, bytes) => {
      const logs = kept(all, { keepMs: NOW, bytes });
      const { held } = await logs.tidy();
      const gone = all.filter(({ run }) => logs.removed.includes(run));
      const stays = all.filter(({ run }) => run !== 7 && !logs.removed.includes(run));
      const newestGone = Math.max(0, ...gone.map(({ at }) => at));
      for (const { at } of stays) expect(at).toBeGreaterThanOrEqual(newestGone);
      if (stays.length > 0) expect(held).toBeLessThanOrEqual(bytes);
      const last = all.find(({ run }) => run === logs.removed.at(-1));
      if (last) expect(held + last.bytes).toBeGreaterThan(bytes);
    }),
  );
});
