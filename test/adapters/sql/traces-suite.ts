import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { checkStore } from '../../../src/adapters/sql/checks.js';
import { type Database, openDatabase } from '../../../src/adapters/sql/database.js';
import { runHistory } from '../../../src/adapters/sql/history.js';
import { runStore } from '../../../src/adapters/sql/runs.js';
import { traceStore } from '../../../src/adapters/sql/traces.js';
import type { RunRecord, RunStore } from '../../../src/runs/ports.js';
import { newRun, type Place } from './store-suite.js';

/** Which traces are to be sent, and when GitHub was told, on whatever database. */
export function describeTraces(newPlace: () => Promise<Place>): void {
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

  const end = (run: RunRecord, completedAt: number): Promise<unknown> =>
    runs.update(run.id, ({ progress }) => ({
      ...progress,
      run: { status: 'completed', conclusion: 'success', reason: '', completedAt },
    }));

  test('a run is due from its end until its trace was sent, and once more when it ended again', async () => {
    const traces = traceStore(db);
    const { run } = await runs.create(newRun());
    expect(await traces.due(run.id)).toBeUndefined();
    await end(run, 5_000_000_000_000);
    expect((await traces.due(run.id))?.run.id).toBe(run.id);
    expect(await traces.left(5_000_000_000_000)).toEqual([run.id]);
    expect(await traces.left(5_000_000_000_001)).toEqual([]);
    await traces.sent(run.id, 5_000_000_000_000);
    expect(await traces.due(run.id)).toBeUndefined();
    expect(await traces.left(0)).toEqual([]);
    await end(run, 5_000_000_000_500);
    expect(await traces.left(0)).toEqual([run.id]);
  });

  test('GitHub was told of an end when it took it first', async () => {
    const [traces, checks] = [traceStore(db), checkStore(db)];
    const { run } = await runs.create(newRun());
    await end(run, 1000);
    const tell = (at: number, endedAt: number): Promise<void> =>
      checks.sent(run.id, 'cyclone', 1, 1, { endedAt, at });
    await checks.sent(run.id, 'cyclone', 1, 1);
    expect((await traces.due(run.id))?.told).toEqual(new Map());
    await tell(1040, 1000);
    await tell(1900, 1000);
    expect((await traces.due(run.id))?.told).toEqual(new Map([['cyclone', 1040]]));
    expect(await runHistory(db).told(run.id)).toEqual(new Map([['cyclone', 1040]]));
    await tell(2500, 2000);
    expect((await traces.due(run.id))?.told).toEqual(new Map([['cyclone', 2500]]));
  });

  test('it is open while GitHub is to be told of any of its checks, but not of one that it refused', async () => {
    const [traces, checks] = [traceStore(db), checkStore(db)];
    const { run } = await runs.create(newRun());
    await end(run, 1000);
    const isOpen = async (): Promise<boolean | undefined> => (await traces.due(run.id))?.open;
    expect(await isOpen()).toBe(true);
    for (const { key, wanted } of await checks.dirtyOf(run.id)) {
      if (key === 'cyclone') await checks.sent(run.id, key, 1, wanted);
      else await checks.refused(run.id, key, 'gone', wanted);
    }
    expect(await isOpen()).toBe(false);
  });
}
