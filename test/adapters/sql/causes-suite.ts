import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { causeStore } from '../../../src/adapters/sql/causes.js';
import { type Database, openDatabase } from '../../../src/adapters/sql/database.js';
import { runStore } from '../../../src/adapters/sql/runs.js';
import type { Outcome, StageFacts } from '../../../src/pipeline/model.js';
import type { RunStore } from '../../../src/runs/ports.js';
import { newRun, type Place } from './store-suite.js';

/** Why stages failed, and which run to compare them with, on whatever database. */
export function describeCauses(newPlace: () => Promise<Place>): void {
  let place: Place;
  let db: Database;
  let runs: RunStore;
  beforeEach(async () => {
    place = await newPlace();
    db = await openDatabase(place.location);
    runs = runStore(db);
  });
  afterEach(async () => {
    await db.destroy();
    await place.remove();
  });

  const cause = {
    kind: 'panic',
    line: 3,
    lines: 1,
    text: 'panic: oh',
    before: ['a'],
    after: [],
    confidence: 94,
  } as const;

  test('what was found is there again, also that there was nothing; newer is in place of older', async () => {
    const store = causeStore(db);
    const { run } = await runs.create(newRun());
    expect(await store.load(run.id, 'build')).toBeUndefined();
    await store.keep(run.id, 'build', { bytes: 5_000_000_000, cause });
    expect(await store.load(run.id, 'build')).toEqual({ bytes: 5_000_000_000, cause });
    expect(await store.load(run.id, 'pre_build')).toBeUndefined();
    await store.keep(run.id, 'build', { bytes: 5_000_000_001, cause: undefined });
    expect(await store.load(run.id, 'build')).toEqual({ bytes: 5_000_000_001, cause: undefined });
  });

  describe('the last run in which a stage passed', () => {
    let commits = 0;
    async function ended(
      scope: string,
      kind: 'passed' | 'failed',
      {
        facts = {},
        repository = newRun().repository,
      }: { facts?: StageFacts; repository?: typeof cloned } = {},
    ): Promise<number> {
      commits += 1;
      const sha = String(commits).padStart(40, '0');
      const base = newRun();
      const [what = '', name = ''] = scope.split(':');
      const branch = what === 'branch' ? name : 'feature';
      const { run } = await runs.create({
        ...base,
        repository,
        scope,
        trigger: { ...base.trigger, sha, branch },
      });
      const outcome: Outcome =
        kind === 'passed' ? { kind } : { kind, failure: { code: 'exit', message: '', exitCode: 1 } };
      await runs.update(run.id, ({ progress }) => ({
        ...progress,
        stages: progress.stages.map((stage) =>
          stage.id === 'build'
            ? { ...stage, state: { status: 'completed', outcome, facts, startedAt: 1, completedAt: 9 } }
            : stage,
        ),
      }));
      return run.id;
    }
    const cloned = { ...newRun().repository, id: 8, name: 'other' };
    const before = async (run: number): Promise<number | undefined> =>
      (await runs.lastPassed(run, 'build'))?.id;

    test('is of the same branch first, and no later one', async () => {
      const old = await ended('branch:next', 'passed');
      await ended('branch:main', 'passed');
      await ended('branch:next', 'failed');
      const run = await ended('branch:next', 'failed');
      await ended('branch:next', 'passed');
      expect(await before(run)).toBe(old);
    });

    test('else of the default branch, else any other of its own', async () => {
      const other = await ended('branch:other', 'passed');
      const run = await ended('branch:next', 'failed');
      expect(await before(run)).toBe(other);
      const main = await ended('branch:main', 'passed');
      await ended('branch:other', 'passed');
      expect(await before(await ended('branch:next', 'failed'))).toBe(main);
    });

    test('a pull request is compared with itself, then with the branch that it is made of', async () => {
      await ended('branch:main', 'passed');
      const feature = await ended('branch:feature', 'passed');
      expect(await before(await ended('pull:12', 'failed'))).toBe(feature);
      const itself = await ended('pull:12', 'passed');
      expect(await before(await ended('pull:12', 'failed'))).toBe(itself);
    });

    test('what a pull request did is no other run told', async () => {
      await ended('pull:12', 'passed');
      expect(await before(await ended('branch:main', 'failed'))).toBeUndefined();
      expect(await before(await ended('pull:13', 'failed'))).toBeUndefined();
    });

    test('another repository, another stage, a stage that failed: there is none', async () => {
      await ended('branch:main', 'passed', { repository: cloned });
      await ended('branch:main', 'failed');
      const run = await ended('branch:main', 'failed');
      expect(await before(run)).toBeUndefined();
      expect(await runs.lastPassed(run, 'pre_build')).toBeUndefined();
      expect(await runs.lastPassed(run + 999, 'build')).toBeUndefined();
    });

    test('a result that was used again is compared where it was made', async () => {
      const made = await ended('branch:main', 'passed');
      const facts = { reusedFrom: { run: made, stage: 'build' } };
      await ended('branch:main', 'passed', { facts });
      expect(await before(await ended('branch:main', 'failed'))).toBe(made);
    });
  });
}
