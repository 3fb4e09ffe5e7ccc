import { describe, expect, test } from '@jest/globals';

import { BLOCK, createLinesStore, type LinesStore } from '../../../src/web/client/log/store.js';
import type { LinesJson } from '../../../src/web/log-protocol.js';

interface Asked {
  readonly from: number;
  readonly count: number;
  readonly signal: AbortSignal;
  answer(lines?: number): Promise<void>;
  fail(): Promise<void>;
}

/** A server that answers when it is told to. */
function serve(total: number): {
  store: LinesStore;
  asked: Asked[];
  changes: () => number;
  sleeps: (() => void)[];
} {
  const asked: Asked[] = [];
  const sleeps: (() => void)[] = [];
  let changes = 0;
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const store = createLinesStore({
    fetchLines: (from, count, signal) =>
      new Promise((resolve, reject) => {
        asked.push({
          from,
          count,
          signal,
          answer: (lines = count) => {
            resolve(linesOf(from, Math.min(lines, total - from + 1), total));
            return settled();
          },
          fail: () => {
            reject(new Error('the server is away'));
            return settled();
          },
        });
      }),
    changed: () => {
      changes += 1;
    },
    sleep: () => new Promise((resolve) => sleeps.push(resolve)),
  });
  store.grow(total);
  return { store, asked, changes: () => changes, sleeps };
}

function linesOf(from: number, count: number, total: number): LinesJson {
  return {
    from,
    total,
    lines: Array.from({ length: count }, (_, index) => ({ text: `line ${from + index}` })),
  };
}

describe('lines on demand', () => {
  test('are asked for by blocks, once', async () => {
    const { store, asked, changes } = serve(2_000);
    store.want([1, 2, 501]);
    store.want([1, 2, 501]);
    expect(asked.map(({ from, count }) => [from, count])).toEqual([
      [1, BLOCK],
      [501, BLOCK],
    ]);
    await asked[0]?.answer();
    expect([store.line(1)?.text, store.line(500)?.text, store.line(501)]).toEqual([
      'line 1',
      'line 500',
      undefined,
    ]);
    expect(changes()).toBe(1);
    store.want([1]);
    expect(asked).toHaveLength(2);
  });

  test('that nobody looks at any more are not waited for', async () => {
    const { store, asked } = serve(100_000);
    store.want([1]);
    store.want([50_000]);
    expect(asked[0]?.signal.aborted).toBe(true);
    expect(asked[1]?.signal.aborted).toBe(false);
    await asked[0]?.answer();
    expect(store.line(1)).toBeUndefined();
  });

  test('of an answer that is cut short are asked for from there', async () => {
    const { store, asked } = serve(2_000);
    store.want([1]);
    await asked[0]?.answer(10);
    store.want([1]);
    expect([asked[1]?.from, asked[1]?.count]).toEqual([11, BLOCK - 10]);
  });

  test('that could not be had are asked for again, after a while', async () => {
    const { store, asked, sleeps, changes } = serve(2_000);
    store.want([1]);
    await asked[0]?.fail();
    store.want([1]);
    expect([asked.length, changes()]).toEqual([1, 0]);
    sleeps[0]?.();
    await new Promise((resolve) => setImmediate(resolve));
    expect(changes()).toBe(1);
    store.want([1]);
    expect(asked).toHaveLength(2);
  });

  test('are forgotten when there are many, but not those that are looked at', async () => {
    const { store, asked } = serve(100_000);
    for (let line = 1; line <= 100_000; line += BLOCK) {
      store.want([1, line]);
      await asked.at(-1)?.answer();
      if (line === 1) continue;
      expect(store.line(1)).toBeDefined();
    }
    expect(store.line(BLOCK + 1)).toBeUndefined();
    expect(store.line(99_999)).toBeDefined();
  });

  test('that are very long are forgotten sooner', () => {
    const { store } = serve(100_000);
    for (let from = 1; from < 40 * BLOCK; from += BLOCK) {
      store.put({ from, total: 100_000, lines: [{ text: 'x'.repeat(1024 * 1024) }] });
    }
    expect(store.line(1)).toBeUndefined();
    expect(store.line(39 * BLOCK + 1)).toBeDefined();
  });
});

describe('lines that come by themselves', () => {
  test('are there, also the last one again with more', () => {
    const { store, changes } = serve(0);
    store.put({ from: 1, total: 2, lines: [{ text: 'one' }, { text: 'tw' }] });
    store.put({ from: 2, total: 3, lines: [{ text: 'two' }, { text: 'three' }] });
    expect([1, 2, 3].map((line) => store.line(line)?.text)).toEqual(['one', 'two', 'three']);
    expect([store.total, changes()]).toEqual([3, 2]);
  });

  test('leave what is before them to be asked for', () => {
    const { store, asked } = serve(0);
    store.put({ from: 400, total: 401, lines: [{ text: 'a' }, { text: 'b' }] });
    store.want([400]);
    expect([asked[0]?.from, asked[0]?.count]).toEqual([1, BLOCK]);
  });
});

test('a part of any length is read, what is here and what is not', async () => {
  const { store, asked } = serve(1_200);
  store.put(linesOf(3, 2, 1_200));
  const read = store.read(1, 1_200);
  for (let answered = 0; answered < 4; answered += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    await asked[answered]?.answer(answered === 0 ? 2 : undefined);
  }
  expect((await read).map(({ text }) => text)).toEqual(
    linesOf(1, 1_200, 1_200).lines.map(({ text }) => text),
  );
});
