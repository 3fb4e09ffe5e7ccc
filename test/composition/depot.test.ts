import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { diskBlobs } from '../../src/adapters/depot/disk.js';
import { boundedBlobs, directDepot } from '../../src/composition/depot.js';
import type { Finds } from '../../src/runs/depot.js';
import type { BlobStore } from '../../src/runs/ports.js';
import { type Depot, DepotUnavailable } from '../../src/worker/ports.js';
import { textOf, words } from '../content.js';

const signal = new AbortController().signal;
const reason = new Error('the job stops');
const never = new Promise<never>(() => undefined);

let root: string;
let now: number;
let blobs: BlobStore;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'cyclone-depot-'));
  now = Date.UTC(2026, 0, 5);
  blobs = diskBlobs(root, { now: () => now, largest: 100 });
});
afterEach(() => rm(root, { recursive: true }));

const depotOf = (finds: Partial<Finds> = {}): Depot =>
  directDepot({ blobs, finds: { cache: async () => undefined, result: async () => undefined, ...finds } });

describe('the depot of the own process', () => {
  test('keeps and gives', async () => {
    const depot = depotOf();
    const { digest } = await depot.put(words('hello ', 'world'), signal);
    expect(await textOf(await depot.get(digest, signal))).toBe('hello world');
    expect(await depot.get(`sha256:${'0'.repeat(64)}`, signal)).toBeUndefined();
  });

  test('gives of a cache what a worker needs', async () => {
    const cache = { key: 'k', digest: 'sha256:1', bytes: 1 };
    const depot = depotOf({ cache: async () => ({ ...cache, repository: 1, scope: 'x', run: 1, at: 1 }) });
    expect(await depot.findCache(1, { key: 'k', restoreKeys: [] }, signal)).toEqual(cache);
  });

  test('that cannot is unavailable, in words', async () => {
    const away = () => Promise.reject(new Error('SQL is away'));
    const depot = depotOf({ cache: away, result: away });
    for (const ask of [
      depot.findCache(1, { key: 'k', restoreKeys: [] }, signal),
      depot.findResult(1, 'x', signal),
    ]) {
      await expect(ask).rejects.toThrow(DepotUnavailable);
      await expect(ask).rejects.toThrow('SQL is away');
    }
    await expect(depot.put(words('x'.repeat(101)), signal)).rejects.toThrow(DepotUnavailable);
    const { digest } = await depot.put(words('x'), signal);
    const content = await depot.get(digest, signal);
    await rm(path.join(root, digest.slice(7, 9)), { recursive: true });
    await expect(textOf(content)).rejects.toThrow(DepotUnavailable);
  });

  test('leaves to a source what is its own error', async () => {
    const broken = async function* (): AsyncGenerator<Buffer, void> {
      yield* words('half');
      throw new RangeError('the container is gone');
    };
    await expect(depotOf().put(broken(), signal)).rejects.toThrow(RangeError);
  });

  test('hears an abort, whatever it waits for', async () => {
    const depot = depotOf({ cache: () => never, result: () => never });
    const { digest } = await depot.put(words('one', 'two'), signal);
    const abort = new AbortController();
    const content = await depot.get(digest, abort.signal);
    const asks = [
      depot.findCache(1, { key: 'k', restoreKeys: [] }, abort.signal),
      depot.findResult(1, 'x', abort.signal),
      depot.put(
        (async function* () {
          yield* words('one');
          abort.abort(reason);
          yield* words('two');
        })(),
        abort.signal,
      ),
    ];
    for (const ask of asks) await expect(ask).rejects.toBe(reason);
    await expect(textOf(content)).rejects.toBe(reason);
    await expect(depot.get(digest, abort.signal)).rejects.toBe(reason);
  });
});

describe('blobs with an upper bound', () => {
  const kept = { unusedMs: 1e12, bytes: 100 };
  const warnings: string[] = [];
  const warn = (_: object, message: string): void => void warnings.push(message);
  const logger = { debug: warn, info: warn, warn, error: warn };
  beforeEach(() => {
    warnings.length = 0;
  });

  test('lose the oldest when a put makes them too many, and a tenth more', async () => {
    const bounded = boundedBlobs(blobs, kept, logger);
    const all = [];
    for (const letter of 'abc') {
      all.push(await bounded.put(words(letter.repeat(33))));
      now += 1000;
    }
    expect(bounded.held()).toBe(99);
    all.push(await bounded.put(words('dd')));
    while (bounded.held() > 100) await new Promise((resolve) => setImmediate(resolve));
    expect(bounded.held()).toBe(68);
    expect(await Promise.all(all.map((blob) => bounded.touch(blob)))).toEqual([false, true, true, true]);
  });

  test('are put although nothing can be removed', async () => {
    const bounded = boundedBlobs(
      { ...blobs, tidy: () => Promise.reject(new Error('no rights')) },
      { ...kept, bytes: 1 },
      logger,
    );
    await bounded.put(words('hello'));
    while (warnings.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(warnings).toEqual(['unused files not removed']);
    await bounded.put(words('world'));
    while (warnings.length === 1) await new Promise((resolve) => setImmediate(resolve));
  });
});

test('a file in the way of the directory is said in words', async () => {
  await rm(root, { recursive: true });
  await writeFile(root, '');
  await expect(depotOf().put(words('x'), signal)).rejects.toThrow('the server cannot write it (ENOTDIR)');
  await rm(root);
  await blobs.put(words('x'));
});
