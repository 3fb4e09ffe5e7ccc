import { describe, expect, test } from '@jest/globals';
import { createFeed } from '../../src/runs/feed.js';

async function take(changes: AsyncIterator<number>, count: number): Promise<readonly number[]> {
  const taken: number[] = [];
  while (taken.length < count) {
    const { done, value } = await changes.next();
    if (done === true) break;
    taken.push(value);
  }
  return taken;
}

describe('the feed of changes', () => {
  test('wakes who watches the run and who watches all, and nobody else', async () => {
    const feed = createFeed();
    const { signal } = new AbortController();
    const [seven, eight, all] = [feed.watch(7, signal), feed.watch(8, signal), feed.watch(undefined, signal)];
    feed.changed(7);
    feed.changed(8);
    expect(await take(seven, 1)).toEqual([7]);
    expect(await take(eight, 1)).toEqual([8]);
    expect(await take(all, 2)).toEqual([7, 8]);
  });

  test('makes one of what came while the reader was busy, and wakes one that waits', async () => {
    const feed = createFeed();
    const abort = new AbortController();
    const watched = feed.watch(7, abort.signal);
    feed.changed(7);
    feed.changed(7);
    expect(await take(watched, 1)).toEqual([7]);
    const next = watched.next();
    feed.changed(7);
    expect(await next).toEqual({ done: false, value: 7 });
    const last = watched.next();
    abort.abort();
    expect(await last).toEqual({ done: true, value: undefined });
  });

  test('ends for a reader that leaves while it waits, or had left before', async () => {
    const feed = createFeed();
    const watched = feed.watch(undefined, new AbortController().signal);
    const waiting = watched.next();
    await watched.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
    feed.changed(1);
    expect(await watched.next()).toEqual({ done: true, value: undefined });
    expect(await feed.watch(1, AbortSignal.abort()).next()).toEqual({ done: true, value: undefined });
  });
});
