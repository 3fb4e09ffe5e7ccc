import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createImageBounds, type ImageBounds } from '../../src/worker/image-bounds.js';
import { openImageLedger } from '../../src/worker/image-ledger.js';
import type { ImageStore } from '../../src/worker/ports.js';

const QUIET = { info: () => {}, warn: () => {}, error: () => {} };

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'cyclone-bounds-'));
});
afterEach(() => rm(directory, { recursive: true }));

/** An engine without images, whose list is answered when a test says so. */
function emptyStore(): ImageStore & { readonly asked: () => number; answer(): void } {
  const waiting: (() => void)[] = [];
  let asked = 0;
  return {
    asked: () => asked,
    answer: () => waiting.shift()?.(),
    list: () =>
      new Promise((resolve) => {
        asked += 1;
        waiting.push(() => resolve([]));
      }),
    parts: () => Promise.resolve(undefined),
    layerIds: () => Promise.resolve([]),
    remove: () => Promise.resolve(true),
    watchPulls: () => Promise.resolve({ lost: new Promise<void>(() => {}) }),
  };
}

async function open(store: ImageStore): Promise<ImageBounds> {
  const ledger = await openImageLedger(path.join(directory, 'images.json'), {
    now: () => 0,
    logger: QUIET,
  });
  return createImageBounds({
    store,
    ledger,
    limit: 1,
    disk: () => Promise.resolve({ free: 100, size: 100 }),
    needed: () => Promise.resolve([]),
    logger: QUIET,
  });
}

/** The list is asked for in its turn. */
async function round(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

test('one that is asked for while it looks comes after it, and is one', async () => {
  const store = emptyStore();
  const bounds = await open(store);
  const looks = [bounds.look(), bounds.look(), bounds.look()];
  await round();
  expect(store.asked()).toBe(1);
  store.answer();
  while (store.asked() < 2) await round();
  store.answer();
  await Promise.all(looks);
  expect(store.asked()).toBe(2);
});

test('what was asked for before the end is not begun after it', async () => {
  const store = emptyStore();
  const bounds = await open(store);
  const looks = [bounds.look(), bounds.look()];
  await round();
  const closed = bounds.close();
  store.answer();
  await Promise.all([closed, ...looks]);
  // A look that asked itself for the next one would never let this go by.
  await round();
  await bounds.look();
  expect(store.asked()).toBe(1);
});
