import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Database, openDatabase } from '../../../src/adapters/sql/database.js';
import { groupStore } from '../../../src/adapters/sql/groups.js';
import { runStore } from '../../../src/adapters/sql/runs.js';
import type { GroupStore, Place as Standing } from '../../../src/runs/ports.js';
import { newRun, type Place } from './store-suite.js';

/** What the lines promise, on whatever database. */
export function describeGroups(newPlace: () => Promise<Place>): void {
  let place: Place;
  let db: Database;
  let groups: GroupStore;
  let runs: readonly number[];
  beforeEach(async () => {
    place = await newPlace();
    db = await openDatabase(place.location);
    groups = groupStore(db);
    const store = runStore(db);
    const other = { ...newRun().repository, id: 8, name: 'other' };
    await store.create(newRun({ repository: other }));
    const ids: number[] = [];
    for (const scope of ['branch:a', 'branch:b', 'branch:c', 'branch:d', 'branch:e']) {
      ids.push((await store.create(newRun({ scope }))).run.id);
    }
    runs = ids;
  });
  afterEach(async () => {
    await db.destroy();
    await place.remove();
  });

  const standing = (index: number, stage = 'build'): Standing => ({ run: runs[index] ?? 0, stage });
  const join = (index: number, group = 'db', stage?: string) =>
    groups.join(7, group, standing(index, stage), 1);

  describe('a line', () => {
    test('has at its head who came first, however often anybody asks', async () => {
      expect(await join(2)).toEqual(standing(2));
      expect(await join(0)).toEqual(standing(2));
      expect(await join(2)).toEqual(standing(2));
      expect(await groups.first(7, 'db')).toEqual(standing(2));
    });

    test('moves up when one leaves, and says who stands in it now', async () => {
      for (const index of [0, 1, 2]) await join(index);
      expect(await groups.leave(7, [standing(0)])).toEqual([standing(1), standing(2)]);
      expect(await groups.leave(7, [standing(2)])).toEqual([standing(1)]);
      expect(await groups.first(7, 'db')).toEqual(standing(1));
      expect(await groups.leave(7, [standing(1)])).toEqual([]);
      expect(await groups.first(7, 'db')).toBeUndefined();
    });

    test('is not disturbed by who is not in it', async () => {
      for (const index of [0, 1]) await join(index);
      expect(await groups.leave(7, [standing(3), standing(0, 'publish')])).toEqual([]);
      expect(await groups.first(7, 'db')).toEqual(standing(0));
    });

    test('puts who comes back at its end', async () => {
      for (const index of [0, 1]) await join(index);
      await groups.leave(7, [standing(0), standing(1)]);
      expect(await join(1)).toEqual(standing(1));
      expect(await join(0)).toEqual(standing(1));
    });

    test('is one by repository and name', async () => {
      await join(0);
      expect(await join(1, 'cache')).toEqual(standing(1));
      expect(await groups.join(8, 'db', standing(2), 1)).toEqual(standing(2));
      expect(await groups.first(8, 'cache')).toBeUndefined();
    });

    test('has stages of one run as others', async () => {
      await join(0);
      expect(await join(0, 'db', 'publish')).toEqual(standing(0));
      expect(await groups.leave(7, [standing(0)])).toEqual([standing(0, 'publish')]);
    });

    test('has one head when many come at once', async () => {
      const firsts = await Promise.all(runs.map((_, index) => join(index)));
      expect(new Set(firsts.map(({ run }) => run)).size).toBe(1);
    });

    test('has one head while some come and the head leaves', async () => {
      await join(0);
      const coming = [1, 2, 3, 4].map((index) => join(index));
      const [behind, ...firsts] = await Promise.all([groups.leave(7, [standing(0)]), ...coming]);
      const first = await groups.first(7, 'db');
      // Who was told that another is first was so, or is told now by the one who left.
      for (const [index, told] of firsts.entries()) {
        const own = standing(index + 1);
        const isWaiting = told.run !== own.run && told.run !== first?.run;
        expect(isWaiting && !behind.some(({ run }) => run === own.run)).toBe(false);
      }
    });
  });

  test('everybody who stands anywhere can be looked through', async () => {
    await join(1);
    await join(0, 'cache');
    expect(await groups.all()).toEqual([
      { repository: 7, ...standing(1) },
      { repository: 7, ...standing(0) },
    ]);
  });
}
