import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Database, openDatabase } from '../../../src/adapters/sql/database.js';
import { repositoryQueries } from '../../../src/adapters/sql/repositories.js';
import { runStore } from '../../../src/adapters/sql/runs.js';
import type { RunFilter } from '../../../src/runs/ports.js';
import type { RepositoryQueries } from '../../../src/web/ports.js';
import { push } from '../../pipeline/examples.js';
import { newRun, type Place } from './store-suite.js';

const A = `abcdef1${'0'.repeat(33)}`;
const B = `abcdef2${'f'.repeat(33)}`;
const all: RunFilter = { publicOnly: true, limit: 10, offset: 0 };
const hello = newRun().repository;
const secret = { ...hello, id: 8, name: 'secret', private: true };
const over = (conclusion: 'success' | 'failure' | 'cancelled') =>
  ({ status: 'completed', conclusion, reason: '', completedAt: 5 }) as const;

/** How runs and repositories are looked for, on whatever database. */
export function describeRunList(newPlace: () => Promise<Place>): void {
  let place: Place;
  let db: Database;
  let repositories: RepositoryQueries;

  beforeEach(async () => {
    place = await newPlace();
    db = await openDatabase(place.location);
    repositories = repositoryQueries(db);
    const { progress } = newRun();
    const store = runStore(db);
    await store.create(newRun({ trigger: push({ sha: A, sender: 'Wanda' }), createdAt: 1000 }));
    await store.create(
      newRun({
        trigger: push({ sha: B, branch: 'next' }),
        scope: 'branch:next',
        progress: { ...progress, run: over('failure') },
        createdAt: 2000,
      }),
    );
    const tag = { ...push({ sha: B, event: 'tag', tag: 'v1', sender: 'bob' }) };
    await store.create(newRun({ trigger: tag, scope: 'tag:v1', createdAt: 3000 }));
    const pull = push({ sha: B, event: 'pull_request', pullRequest: 7, branch: 'topic' });
    await store.create(newRun({ trigger: pull, scope: 'pull:7', createdAt: 4000 }));
    await store.create(newRun({ repository: secret, trigger: push({ sha: A }), createdAt: 5000 }));
  });
  afterEach(async () => {
    await db.destroy();
    await place.remove();
  });

  test.each<[Partial<RunFilter>, readonly number[]]>([
    [{}, [4, 3, 2, 1]],
    [{ oldestFirst: true }, [1, 2, 3, 4]],
    [{ limit: 2, offset: 1 }, [3, 2]],
    [{ repository: 'ACME/Hello', branch: 'next' }, [2]],
    [{ repository: 'acme/none' }, []],
    [{ repository: 'acme/secret' }, []],
    [{ repository: 'acme/secret', alsoRepositories: [8] }, [5]],
    [{ alsoRepositories: [8] }, [5, 4, 3, 2, 1]],
    [{ conclusion: 'failure' }, [2]],
    [{ status: 'queued' }, [4, 3, 1]],
    [{ event: 'tag' }, [3]],
    [{ actor: 'WANDA' }, [1]],
    [{ actor: 'wand' }, []],
    [{ sha: B }, [4, 3, 2]],
    [{ sha: 'abcdef1' }, [1]],
    [{ sha: 'abcdef' }, [4, 3, 2, 1]],
    [{ pullRequest: 7 }, [4]],
    [{ tag: 'v1' }, [3]],
    [{ created: { from: 2000, until: 4000 } }, [3, 2]],
    [{ created: { until: 2000 } }, [1]],
    [{ event: 'push', created: { from: 2000 } }, [2]],
  ])('%j', async (filter, ids) => {
    const found = await runStore(db).list({ ...all, ...filter });
    expect(found.runs.map(({ id }) => id)).toEqual(ids);
    if (filter.limit === undefined) expect(found.total).toBe(ids.length);
    else expect(found.total).toBe(4);
  });

  describe('repositories', () => {
    test('come with the newest run first, private ones only for who may see them', async () => {
      const page = { publicOnly: true, limit: 10, offset: 0 };
      const names = async (more = {}) => {
        const { repositories: found, total } = await repositories.list({ ...page, ...more });
        return [total, ...found.map(({ repository }) => repository.name)];
      };
      expect(await names()).toEqual([1, 'hello']);
      expect(await names({ alsoRepositories: [8] })).toEqual([2, 'secret', 'hello']);
      expect(await names({ alsoRepositories: [8], limit: 1, offset: 1 })).toEqual([2, 'hello']);
    });

    test('say how their default branch does', async () => {
      const { progress } = newRun();
      const end = async (sha: string, conclusion: 'success' | 'failure' | 'cancelled') => {
        const trigger = push({ sha: sha.repeat(40) });
        await runStore(db).create(newRun({ trigger, progress: { ...progress, run: over(conclusion) } }));
      };
      expect(await repositories.view(hello)).toMatchObject({ lastRun: { id: 3 }, successRate: undefined });
      await end('1', 'success');
      await end('2', 'success');
      await end('3', 'failure');
      await end('4', 'cancelled');
      expect(await repositories.view(hello)).toMatchObject({
        lastRun: { id: 9, trigger: { branch: 'main' } },
        successRate: 2 / 3,
      });
    });
  });
}
