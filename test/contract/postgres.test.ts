import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { checkStore } from '../../src/adapters/sql/checks.js';
import { type Database, DatabaseUnavailable, openDatabase } from '../../src/adapters/sql/database.js';
import { groupStore } from '../../src/adapters/sql/groups.js';
import { runStore } from '../../src/adapters/sql/runs.js';
import { installationValue } from '../../src/adapters/sql/secrets.js';
import { describeCauses } from '../adapters/sql/causes-suite.js';
import { describeComments } from '../adapters/sql/comments-suite.js';
import { describeDepotIndex } from '../adapters/sql/depot-index-suite.js';
import { describeGroups } from '../adapters/sql/groups-suite.js';
import { describeHistory } from '../adapters/sql/history-suite.js';
import { describeMigrations } from '../adapters/sql/migration-suite.js';
import { describeRunList } from '../adapters/sql/run-list-suite.js';
import { describeScopes } from '../adapters/sql/scopes-suite.js';
import { describeSessions } from '../adapters/sql/sessions-suite.js';
import { describeStores, newRun, type Place } from '../adapters/sql/store-suite.js';
import { describeTraces } from '../adapters/sql/traces-suite.js';
import { freePort } from './support/free-port.js';
import { type Postgres, startPostgres } from './support/postgres.js';

let postgres: Postgres;
beforeAll(async () => {
  postgres = await startPostgres();
}, 60_000);
afterAll(() => postgres.stop());

async function newDatabase(): Promise<Place> {
  const location = await postgres.createDatabase();
  return { location, remove: () => Promise.resolve() };
}

describe('PostgreSQL: the stores', () => describeStores(newDatabase));
describe('PostgreSQL: the migrations', () => describeMigrations(newDatabase));
describe('PostgreSQL: the index of the depot', () => describeDepotIndex(newDatabase));
describe('PostgreSQL: the lines of groups', () => describeGroups(newDatabase));
describe('PostgreSQL: causes, and what to compare with', () => describeCauses(newDatabase));
describe('PostgreSQL: the comments', () => describeComments(newDatabase));
describe('PostgreSQL: runs over time', () => describeHistory(newDatabase));
describe('PostgreSQL: runs by branch and commit', () => describeScopes(newDatabase));
describe('PostgreSQL: lists of runs and repositories', () => describeRunList(newDatabase));
describe('PostgreSQL: traces that are to be sent', () => describeTraces(newDatabase));
describe('PostgreSQL: sessions, and what they may see', () => describeSessions(newDatabase));

describe('two servers on one PostgreSQL', () => {
  let location: string;
  let one: Database;
  let other: Database;
  beforeEach(async () => {
    location = await postgres.createDatabase();
    // Both at once on an empty database: one migrates, the other waits for it.
    [one, other] = await Promise.all([openDatabase(location), openDatabase(location)]);
  });
  afterEach(async () => {
    await Promise.all([one.destroy(), other.destroy()]);
  });

  test('apply all of their changes to one run', async () => {
    const { run } = await runStore(one).create(newRun());
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        runStore(index % 2 === 0 ? one : other).update(run.id, ({ progress }) => ({
          ...progress,
          jobs: progress.jobs.map((job) => ({ ...job, attempt: job.attempt + 1 })),
        })),
      ),
    );
    expect((await runStore(one).load(run.id))?.progress.jobs[0]?.attempt).toBe(20);
  });

  test('make one run of what both hear, with its checks once', async () => {
    const heard = await Promise.all(
      Array.from({ length: 20 }, (_, index) => runStore(index % 2 === 0 ? one : other).create(newRun())),
    );
    expect(heard.filter(({ created }) => created)).toHaveLength(1);
    expect(new Set(heard.map(({ run }) => run.id)).size).toBe(1);
    const dirty = await checkStore(other).dirty();
    expect(dirty.map(({ key }) => key)).toEqual(['cyclone', 'pre_build', 'build']);
  });

  test('let one into a line at a time: who comes second sees who came first', async () => {
    const [first, second] = [newRun(), newRun({ scope: 'branch:other' })];
    const runs = await Promise.all([first, second].map((run) => runStore(one).create(run)));
    const [before, behind] = runs.map(({ run }) => ({ run: run.id, stage: 'build' }));
    if (before === undefined || behind === undefined) throw new Error('two runs were made');
    let coming: Promise<unknown> = Promise.resolve();
    await one.transaction().execute(async (tx) => {
      // In the line, and not seen by anybody before the end.
      await groupStore(nested(tx)).join(7, 'db', before, 1);
      coming = groupStore(other).join(7, 'db', behind, 1);
      await Promise.race([coming, sleep(200)]);
    });
    expect(await coming).toEqual(before);
  });

  test('have the same install and the same key', async () => {
    const values = await Promise.all([
      installationValue(one, 'key', 32),
      installationValue(other, 'key', 32),
    ]);
    expect(values[0]).toBe(values[1]);
  });
});

describe('a PostgreSQL', () => {
  test('that ends all connections is used on when it is back', async () => {
    const db = await openDatabase(await postgres.createDatabase());
    const { run } = await runStore(db).create(newRun());
    await postgres.disconnectAll();
    // The pool hears of it as of any other event of its sockets, and may hand out what is dead until then.
    let found: Awaited<ReturnType<ReturnType<typeof runStore>['load']>>;
    for (let tries = 0; tries < 100 && found === undefined; tries += 1) {
      found = await runStore(db)
        .load(run.id)
        .catch(() => sleep(50, undefined));
    }
    expect(found).toEqual(run);
    await db.destroy();
  });

  test('that is not there is named without its password', async () => {
    const port = String(await freePort());
    const opening = openDatabase(`postgres://cyclone:hidden@localhost:${port}/x`);
    await expect(opening).rejects.toThrow(DatabaseUnavailable);
    const words = await opening.catch((error: Error) => error.message);
    expect(words).toContain(`PostgreSQL at localhost:${port}`);
    expect(words).toContain('ECONNREFUSED');
    expect(words).not.toContain('hidden');
  });

  test('gives numbers of more than 32 bits back as numbers', async () => {
    const db = await openDatabase(await postgres.createDatabase());
    const { rows } = await sql<{ big: number }>`select 5000000005::bigint as big`.execute(db);
    expect(rows).toEqual([{ big: 5_000_000_005 }]);
    await db.destroy();
  });
});

/** A transaction that is part of one that is open already. */
function nested(tx: Database): Database {
  const transaction = () => ({ execute: <T>(work: (inner: Database) => Promise<T>) => work(tx) });
  return new Proxy(tx, {
    get: (target, key) => (key === 'transaction' ? transaction : Reflect.get(target, key)),
  });
}
