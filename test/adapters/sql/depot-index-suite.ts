import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Database, openDatabase } from '../../../src/adapters/sql/database.js';
import { depotIndex } from '../../../src/adapters/sql/depot-index.js';
import { runStore } from '../../../src/adapters/sql/runs.js';
import type { CacheEntry, DepotIndex, ResultEntry } from '../../../src/runs/ports.js';
import { newRun, type Place } from './store-suite.js';

/** What the index promises, on whatever database. */
export function describeDepotIndex(newPlace: () => Promise<Place>): void {
  let place: Place;
  let db: Database;
  let index: DepotIndex;
  /** Ids of runs of one repository, and of another's. */
  let run: number;
  let later: number;
  beforeEach(async () => {
    place = await newPlace();
    db = await openDatabase(place.location);
    index = depotIndex(db);
    const runs = runStore(db);
    run = (await runs.create(newRun())).run.id;
    later = (await runs.create(newRun({ scope: 'branch:other' }))).run.id;
    await runs.create(newRun({ repository: { ...newRun().repository, id: 8, name: 'other' } }));
  });
  afterEach(async () => {
    await db.destroy();
    await place.remove();
  });

  const cache = (over: Partial<CacheEntry> = {}): CacheEntry => ({
    repository: 7,
    scope: 'branch:main',
    key: 'npm-1',
    digest: `sha256:${'a'.repeat(64)}`,
    bytes: 5_000_000_005,
    run,
    at: 10,
    ...over,
  });
  const result = (over: Partial<ResultEntry> = {}): ResultEntry => ({
    repository: 7,
    domain: 'own',
    address: 'sha256:1',
    run,
    stage: 'pre_build',
    at: 10,
    ...over,
  });

  describe('caches', () => {
    test('are found by repository, scope and key', async () => {
      await index.addCache(cache());
      expect(await index.cache(7, 'branch:main', 'npm-1')).toEqual(cache());
      expect(await index.cache(8, 'branch:main', 'npm-1')).toBeUndefined();
      expect(await index.cache(7, 'branch:x', 'npm-1')).toBeUndefined();
      expect(await index.cache(7, 'branch:main', 'npm-')).toBeUndefined();
      expect(await index.cache(7, 'branch:main', 'NPM-1')).toBeUndefined();
    });

    test('a newer one takes the place of an older one, never the other way round', async () => {
      const newer = cache({ run: later, at: 20, digest: 'sha256:new', bytes: 1 });
      for (const entry of [cache(), newer, cache({ at: 20 }), cache()]) await index.addCache(entry);
      expect(await index.cache(7, 'branch:main', 'npm-1')).toEqual(newer);
    });

    test('the newest that begins so is found, over the scopes that are named', async () => {
      const all = [
        cache({ key: 'npm-a', at: 1 }),
        cache({ key: 'npm-b', at: 3 }),
        cache({ key: 'npm-c', at: 2, scope: 'pull:1' }),
        cache({ key: 'npm-d', at: 9, scope: 'fork:pull:2' }),
        cache({ key: 'other', at: 9 }),
        cache({ key: 'npm-e', at: 9, repository: 8 }),
      ];
      for (const entry of all) await index.addCache(entry);
      expect(await index.newestCache(7, ['pull:1', 'branch:main'], 'npm-')).toEqual(all[1]);
      expect(await index.newestCache(7, ['pull:1'], 'npm-')).toEqual(all[2]);
      expect(await index.newestCache(7, ['pull:1', 'branch:main'], 'yarn-')).toBeUndefined();
      expect(await index.newestCache(7, ['branch:main'], '')).toEqual(all[4]);
    });

    test.each([
      ['npm_', 'npm-x'],
      ['npm%', 'npm-x'],
      ['NPM', 'npm-x'],
      ['a\\', 'ab'],
      ['*', 'x'],
    ])('the beginning %j is what it is, and not a pattern for %j', async (prefix, key) => {
      await index.addCache(cache({ key }));
      expect(await index.newestCache(7, ['branch:main'], prefix)).toBeUndefined();
      await index.addCache(cache({ key: `${prefix}1` }));
      expect((await index.newestCache(7, ['branch:main'], prefix))?.key).toBe(`${prefix}1`);
    });

    test('a beginning may hold any characters', async () => {
      await index.addCache(cache({ key: '📦-ü-1' }));
      expect((await index.newestCache(7, ['branch:main'], '📦-ü'))?.key).toBe('📦-ü-1');
    });

    test('one that was replaced meanwhile is not removed', async () => {
      await index.addCache(cache());
      const newer = cache({ at: 20, digest: 'sha256:new' });
      await index.addCache(newer);
      await index.removeCache(cache());
      expect(await index.cache(7, 'branch:main', 'npm-1')).toEqual(newer);
      await index.removeCache(newer);
      expect(await index.cache(7, 'branch:main', 'npm-1')).toBeUndefined();
    });
  });

  describe('results', () => {
    test('are found by repository, domain and address', async () => {
      await index.addResult(result());
      expect(await index.result(7, 'own', 'sha256:1')).toEqual(result());
      expect(await index.result(8, 'own', 'sha256:1')).toBeUndefined();
      expect(await index.result(7, 'trusted', 'sha256:1')).toBeUndefined();
      expect(await index.result(7, 'own', 'sha256:2')).toBeUndefined();
    });

    test('a newer one takes the place of an older one, never the other way round', async () => {
      const newer = result({ run: later, at: 20, stage: 'lint' });
      for (const entry of [result(), newer, result({ at: 20 }), result()]) await index.addResult(entry);
      expect(await index.result(7, 'own', 'sha256:1')).toEqual(newer);
    });

    test('one that was replaced meanwhile is not removed', async () => {
      await index.addResult(result());
      const newer = result({ run: later, at: 20 });
      await index.addResult(newer);
      await index.removeResult(result());
      expect(await index.result(7, 'own', 'sha256:1')).toEqual(newer);
      await index.removeResult(newer);
      expect(await index.result(7, 'own', 'sha256:1')).toBeUndefined();
    });
  });

  test('what was neither made nor found for a time is removed', async () => {
    const keys = ['made', 'found', 'unused'];
    for (const key of keys) await index.addCache(cache({ key, at: key === 'made' ? 30 : 10 }));
    for (const address of keys) await index.addResult(result({ address, at: address === 'made' ? 30 : 10 }));
    await index.useCache(cache({ key: 'found' }), 31);
    await index.useResult(result({ address: 'found' }), 31);
    // Of another run's in its place this is not true.
    await index.useCache(cache({ key: 'unused', digest: 'sha256:old' }), 31);
    await index.useResult(result({ address: 'unused', run: later }), 31);
    await index.removeUnused(30);
    const left = await Promise.all(keys.map((key) => index.cache(7, 'branch:main', key)));
    expect(left.map((entry) => entry?.key)).toEqual(['made', 'found', undefined]);
    const results = await Promise.all(keys.map((address) => index.result(7, 'own', address)));
    expect(results.map((entry) => entry?.address)).toEqual(['made', 'found', undefined]);
  });
}
