import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Database, openDatabase } from '../../../src/adapters/sql/database.js';
import { runHistory } from '../../../src/adapters/sql/history.js';
import { runStore } from '../../../src/adapters/sql/runs.js';
import type { Outcome, RunProgress, StageFacts, Trigger } from '../../../src/pipeline/model.js';
import type { RunStore } from '../../../src/runs/ports.js';
import type { RunHistory } from '../../../src/web/ports.js';
import { push } from '../../pipeline/examples.js';
import { newRun, type Place } from './store-suite.js';

/** Runs over time, on whatever database. */
export function describeHistory(newPlace: () => Promise<Place>): void {
  let place: Place;
  let db: Database;
  let runs: RunStore;
  let history: RunHistory;
  let commits: number;

  beforeEach(async () => {
    place = await newPlace();
    db = await openDatabase(place.location);
    runs = runStore(db);
    history = runHistory(db);
    commits = 0;
  });
  afterEach(async () => {
    await db.destroy();
    await place.remove();
  });

  interface Shape {
    readonly trigger?: Partial<Trigger>;
    readonly scope?: string;
    readonly conclusion?: Extract<RunProgress['run'], { status: 'completed' }>['conclusion'];
    readonly at?: number;
    readonly private?: boolean;
    readonly repository?: number;
  }

  async function put(shape: Shape = {}): Promise<number> {
    commits += 1;
    const { at = commits, conclusion } = shape;
    const { progress, repository } = newRun();
    const run: RunProgress['run'] =
      conclusion === undefined
        ? progress.run
        : { status: 'completed', conclusion, reason: '', startedAt: at + 5, completedAt: at + 65 };
    const created = await runs.create(
      newRun({
        repository: {
          ...repository,
          id: shape.repository ?? repository.id,
          private: shape.private ?? false,
        },
        trigger: { ...push(), sha: `sha-${commits}`, ...shape.trigger },
        scope: shape.scope ?? 'branch:main',
        progress: { ...progress, run },
        createdAt: at,
      }),
    );
    return created.run.id;
  }

  const end = async (run: number, stage: string, outcome: Outcome, facts: StageFacts = {}) => {
    const over = { status: 'completed', outcome, facts, startedAt: 10, completedAt: 60 } as const;
    await runs.update(run, ({ progress }) => ({
      ...progress,
      stages: progress.stages.map((one) => (one.id === stage ? { id: stage, state: over } : one)),
    }));
  };
  const failed: Outcome = { kind: 'failed', failure: { code: 'exit', message: '', exitCode: 1 } };
  const repository = 7;

  describe('a page', () => {
    test('is newest first, and says whether there are more', async () => {
      const ids = [await put(), await put(), await put()];
      await put({ repository: 8 });
      const first = await history.page({ repository, limit: 2, offset: 0 });
      expect([first.runs.map(({ id }) => id), first.hasMore]).toEqual([[ids[2], ids[1]], true]);
      const last = await history.page({ repository, limit: 2, offset: 2 });
      expect([last.runs.map(({ id }) => id), last.hasMore]).toEqual([[ids[0]], false]);
    });

    test.each([
      [{ branch: 'side' }, ['side']],
      [{ event: 'tag' as const }, ['tag']],
      [{ sender: 'bob' }, ['side']],
      [{ status: 'queued' as const }, ['side', 'tag']],
      [{ conclusions: ['failure' as const] }, ['red']],
      [{ branch: 'main', conclusions: ['success' as const, 'failure' as const] }, ['green', 'red']],
      [{ branch: 'main', event: 'tag' as const }, []],
    ])('holds what %j asks for', async (filter, expected) => {
      const named: Record<string, number> = {
        green: await put({ conclusion: 'success' }),
        red: await put({ conclusion: 'failure' }),
        side: await put({ trigger: { branch: 'side', sender: 'bob' }, scope: 'branch:side' }),
        tag: await put({ trigger: { event: 'tag', tag: 'v1', branch: undefined as never }, scope: 'tag:v1' }),
      };
      const { runs: found } = await history.page({ repository, limit: 9, offset: 0, ...filter });
      expect(new Set(found.map(({ id }) => id))).toEqual(new Set(expected.map((name) => named[name])));
    });
  });

  test('what is open is public, or of a repository that may be seen', async () => {
    const open = await put();
    await put({ conclusion: 'success' });
    const hidden = await put({ private: true, repository: 8 });
    const ids = async (alsoRepositories: readonly number[]): Promise<readonly number[]> =>
      (await history.open({ publicOnly: true, alsoRepositories, limit: 9 })).map(({ id }) => id);
    expect(await ids([])).toEqual([open]);
    expect(await ids([8])).toEqual([hidden, open]);
  });

  test('a branch is as its own newest run that says something', async () => {
    const told = await put({ conclusion: 'failure' });
    await put({ conclusion: 'skipped' });
    await put({ scope: 'pull:3', trigger: { event: 'pull_request', pullRequest: 3, fork: true } });
    expect(await history.newest(repository, 'main')).toMatchObject({ id: told, conclusion: 'failure' });
    const night = await put({ scope: 'schedule:9', trigger: { event: 'schedule' } });
    expect(await history.newest(repository, 'main')).toMatchObject({ id: night, status: 'queued' });
    expect(await history.newest(repository, 'side')).toBeUndefined();
  });

  test('figures are of runs that ended, since then, newest first', async () => {
    await put({ conclusion: 'success', at: 100 });
    const late = await put({ conclusion: 'failure', at: 200 });
    await put({ at: 300 });
    const later = await put({ conclusion: 'success', at: 400 });
    expect(await history.figures(repository, 200, 9)).toEqual([
      { id: later, conclusion: 'success', createdAt: 400, lastedMs: 60 },
      { id: late, conclusion: 'failure', createdAt: 200, lastedMs: 60 },
    ]);
    expect(await history.figures(repository, 0, 1)).toHaveLength(1);
  });

  test('a stage that passed after it had failed on the same commit is flaky', async () => {
    const [again, tries, red, other] = [await put(), await put(), await put(), await put({ repository: 8 })];
    await end(again, 'build', failed);
    await runs.update(again, ({ progress }) => ({
      ...progress,
      stages: progress.stages.map(({ id }) => ({ id, state: { status: 'queued' } })),
    }));
    await end(again, 'build', { kind: 'passed' });
    await end(tries, 'build', { kind: 'passed' }, { tries: 2 });
    await end(red, 'build', failed, { tries: 3 });
    await end(red, 'pre_build', { kind: 'passed' });
    await end(other, 'build', { kind: 'passed' });
    const found = await history.stages(repository, again);
    expect(found.toSorted((a, b) => (a.stage < b.stage ? -1 : 1))).toEqual([
      { stage: 'build', ends: 3, meanMs: 50, longestMs: 50, flaky: 2 },
      { stage: 'pre_build', ends: 1, meanMs: 50, longestMs: 50, flaky: 0 },
    ]);
    expect(await history.stages(repository, red)).toMatchObject([{ ends: 1 }, { ends: 1 }]);
  });

  test('beside a run are those of its branch, and all others of its commit', async () => {
    const before = await put();
    const run = await put({ trigger: { sha: 'same' } });
    const tagged = await put({ trigger: { sha: 'same' }, scope: 'tag:v1' });
    const after = await put({ conclusion: 'success' });
    await put();
    expect(await history.around(run)).toMatchObject({
      before: { id: before, scope: 'branch:main' },
      after: { id: after, conclusion: 'success' },
      sameCommit: [{ id: tagged, scope: 'tag:v1' }],
    });
    expect(await history.around(9999)).toEqual({ before: undefined, after: undefined, sameCommit: [] });
  });
}
