import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { checkStore } from '../../../src/adapters/sql/checks.js';
import { type Database, openDatabase } from '../../../src/adapters/sql/database.js';
import { repositoryStore } from '../../../src/adapters/sql/repositories.js';
import { runStore } from '../../../src/adapters/sql/runs.js';
import { begin, progress } from '../../../src/pipeline/progress.js';
import type { Replan, RepositoryStore, RunStore } from '../../../src/runs/ports.js';
import { chainOf, push } from '../../pipeline/examples.js';
import { newRun, type Place } from './store-suite.js';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const NOTHING = { ...chainOf(), jobs: [], skip: { kind: 'condition', message: 'not now' } } as const;
const PLAN = chainOf('pre_build', 'build');
const PLANNED: Replan = {
  trigger: push({ event: 'manual' }),
  trusted: true,
  plan: PLAN,
  progress: begin(PLAN, 2),
  issues: [],
};

/** How runs are found by branch and commit, and how they get another plan, on whatever database. */
export function describeScopes(newPlace: () => Promise<Place>): void {
  let place: Place;
  let db: Database;
  let runs: RunStore;
  let repositories: RepositoryStore;

  beforeEach(async () => {
    place = await newPlace();
    db = await openDatabase(place.location);
    runs = runStore(db);
    repositories = repositoryStore(db);
  });
  afterEach(async () => {
    await db.destroy();
    await place.remove();
  });

  const create = async (scope: string, sha: string, id = 7): Promise<number> => {
    const { repository } = newRun();
    const { run } = await runs.create(
      newRun({ repository: { ...repository, id }, scope, trigger: push({ sha }) }),
    );
    return run.id;
  };
  const ids = (found: readonly { readonly id: number }[]) => found.map(({ id }) => id);
  const held = async () => (await runs.create(newRun({ plan: NOTHING, progress: begin(NOTHING, 1) }))).run.id;

  describe('runs of branches', () => {
    test('are found by scope and by commit, the newest first, and no others', async () => {
      const first = await create('branch:dev', A);
      const second = await create('pull:5', A);
      const third = await create('branch:dev', B);
      await create('branch:main', B);
      await create('branch:dev', A, 8);
      expect(ids(await runs.inScopes(7, ['branch:dev', 'pull:5']))).toEqual([third, second, first]);
      expect(ids(await runs.ofCommit(7, A))).toEqual([second, first]);
      expect(await runs.ofCommit(9, A)).toEqual([]);
    });
  });

  describe('another plan', () => {
    test('takes the place of none, with checks for its stages', async () => {
      const id = await held();
      const store = checkStore(db);
      await store.sent(id, 'cyclone', 100, 1);
      const after = await runs.replan(id, () => PLANNED);
      expect(after).toMatchObject({ changed: true, run: { id, ...PLANNED } });
      expect(await runs.load(id)).toEqual(after?.run);
      expect((await store.dirtyOf(id)).map(({ key, githubId, sent }) => [key, githubId, sent])).toEqual([
        ['cyclone', 100, 1],
        ['pre_build', undefined, 0],
        ['build', undefined, 0],
      ]);
      expect(await runs.unfinished()).toEqual([id]);
    });

    test('does not take the place of stages: their checks would stay', async () => {
      const id = await create('branch:dev', A);
      expect(await runs.replan(id, () => PLANNED)).toMatchObject({ changed: false });
      expect((await runs.load(id))?.trusted).toBe(false);
    });

    test('that two want at once is given once', async () => {
      const id = await held();
      const both = await Promise.all([1, 2].map(() => runs.replan(id, () => PLANNED)));
      expect(both.filter((one) => one?.changed)).toHaveLength(1);
    });

    test('is for a run that is there, and only if it is wanted', async () => {
      expect(await runs.replan(99, () => PLANNED)).toBeUndefined();
      const id = await held();
      expect(await runs.replan(id, () => undefined)).toMatchObject({ changed: false });
    });
  });

  describe('repositories', () => {
    test('are known as they are now, when they had a run', async () => {
      const id = await create('branch:dev', A);
      const { repository } = newRun();
      await repositories.follow({ ...repository, name: 'hullo', private: true });
      await repositories.follow({ ...repository, id: 99 });
      expect((await runs.load(id))?.repository).toMatchObject({ name: 'hullo', private: true });
      expect(ids(await repositories.byId([7, 99]))).toEqual([7]);
      expect(await repositories.byId([])).toEqual([]);
      expect(ids(await repositories.ofInstallation(repository.installationId))).toEqual([7]);
    });

    test('that are gone have no check to send, then and later; others have theirs', async () => {
      const id = await create('branch:dev', A);
      const other = await create('branch:dev', A, 8);
      await repositories.giveUpChecks([7], 'gone');
      await repositories.giveUpChecks([], 'gone');
      await runs.update(id, ({ progress: now }) =>
        progress(PLAN, now, { type: 'run_cancelled', by: 'x', at: 2 }),
      );
      const dirty = await checkStore(db).dirty();
      expect(new Set(dirty.map(({ run }) => run))).toEqual(new Set([other]));
    });
  });
}
