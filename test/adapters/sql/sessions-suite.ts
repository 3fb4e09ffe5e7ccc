import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Database, openDatabase } from '../../../src/adapters/sql/database.js';
import { repositoryQueries } from '../../../src/adapters/sql/repositories.js';
import { runStore } from '../../../src/adapters/sql/runs.js';
import { sessionStore } from '../../../src/adapters/sql/sessions.js';
import type { SessionStore } from '../../../src/web/ports.js';
import { newRun, type Place } from './store-suite.js';

/** What people who sign in rely on, on whatever database. */
export function describeSessions(newPlace: () => Promise<Place>): void {
  let place: Place;
  let db: Database;
  let sessions: SessionStore;

  beforeEach(async () => {
    place = await newPlace();
    db = await openDatabase(place.location);
    sessions = sessionStore(db);
  });
  afterEach(async () => {
    await db.destroy();
    await place.remove();
  });

  const one = { login: 'rita', createdAt: 1_790_000_000_000, usedAt: 1_790_000_000_000, sealed: 'abc' };

  test('a session is found until it is removed', async () => {
    expect(await sessions.find('a')).toBeUndefined();
    await sessions.put('a', one);
    expect(await sessions.find('a')).toEqual(one);
    await sessions.used('a', one.usedAt + 5);
    await sessions.reseal('a', 'def');
    expect(await sessions.find('a')).toEqual({ ...one, usedAt: one.usedAt + 5, sealed: 'def' });
    await sessions.remove('a');
    await sessions.remove('a');
    await sessions.reseal('a', 'ghi');
    expect(await sessions.find('a')).toBeUndefined();
  });

  test('old ones go, by their beginning or their last use', async () => {
    await sessions.put('old', { ...one, createdAt: 10, usedAt: 100 });
    await sessions.put('idle', { ...one, createdAt: 50, usedAt: 60 });
    await sessions.put('fresh', { ...one, createdAt: 50, usedAt: 100 });
    await sessions.removeOld(20, 70);
    const left = await Promise.all(['old', 'idle', 'fresh'].map((id) => sessions.find(id)));
    expect(left.map((found) => found !== undefined)).toEqual([false, false, true]);
  });

  describe('private repositories', () => {
    beforeEach(async () => {
      const { repository } = newRun();
      const all = [
        { ...repository, id: 8, name: 'secret', private: true },
        { ...repository, id: 9, name: 'other', private: true },
        repository,
        { ...repository, id: 8, name: 'secret', private: true },
      ];
      for (const [index, each] of all.entries()) {
        await runStore(db).create(newRun({ repository: each, scope: `branch:${String(index)}` }));
      }
    });

    test('are listed by their newest run, and no more than wanted', async () => {
      const ids = async (most: number) => (await repositoryQueries(db).privateOnes(most)).map(({ id }) => id);
      expect(await ids(10)).toEqual([8, 9]);
      expect(await ids(1)).toEqual([8]);
    });

    test('are found by name, whatever its case', async () => {
      expect(await repositoryQueries(db).byName('ACME', 'Secret')).toMatchObject({ id: 8, private: true });
      expect(await repositoryQueries(db).byName('acme', 'none')).toBeUndefined();
    });

    test('stand among the public ones where they are named', async () => {
      const page = { publicOnly: true, limit: 10, offset: 0 };
      const listed = async (alsoRepositories: readonly number[]) => {
        const { runs, total } = await runStore(db).list({ ...page, alsoRepositories });
        return [total, runs.map(({ repository }) => repository.id)];
      };
      expect(await listed([])).toEqual([1, [7]]);
      expect(await listed([9])).toEqual([2, [7, 9]]);
      expect(await listed([8, 9])).toEqual([4, [8, 7, 9, 8]]);
    });
  });
}
