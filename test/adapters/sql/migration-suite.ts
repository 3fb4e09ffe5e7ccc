import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Kysely, Migrator, sql } from 'kysely';
import { connectDatabase, DatabaseUnavailable, openDatabase } from '../../../src/adapters/sql/database.js';
import { migrations } from '../../../src/adapters/sql/migrations.js';
import type { Tables } from '../../../src/adapters/sql/schema.js';
import type { Place } from './store-suite.js';

interface Trial {
  /** Puts rows into a database as the migration before left it. */
  readonly put: (db: Kysely<Tables>) => Promise<void>;
  /** What must be there after. */
  readonly read: (db: Kysely<Tables>) => Promise<unknown>;
  readonly expected: unknown;
  /** A table that is in the way of the last thing that it makes. */
  readonly obstacle: string;
}

const HELLO = {
  id: 5_000_000_005,
  owner: 'acme',
  name: 'hello',
  private: 1,
  clone_url: 'http://git.example/acme/hello.git',
  html_url: 'http://git.example/acme/hello',
  default_branch: 'main',
  installation_id: 3,
};

/** By migration: a new one without a trial of its own fails below. */
const TRIALS: Readonly<Record<string, Trial>> = {
  // Nothing of ours is there before the first; the database may be somebody else's too.
  '001-runs': {
    async put(db) {
      await sql`create table guests (name text)`.execute(db);
      await sql`insert into guests values ('alice')`.execute(db);
    },
    read: async (db) => (await sql`select name from guests`.execute(db)).rows,
    expected: [{ name: 'alice' }],
    obstacle: 'checks',
  },
  '002-depot': {
    async put(db) {
      await db.insertInto('repositories').values(HELLO).execute();
    },
    read: (db) => db.selectFrom('repositories').select(['id', 'owner', 'private']).execute(),
    expected: [{ id: 5_000_000_005, owner: 'acme', private: 1 }],
    obstacle: 'results',
  },
  '003-groups': {
    async put(db) {
      await db.insertInto('settings').values({ name: 'install', value: 'abc' }).execute();
    },
    read: (db) => db.selectFrom('settings').selectAll().execute(),
    expected: [{ name: 'install', value: 'abc' }],
    // Its index: a table of that name is as much in the way.
    obstacle: 'group_places_line',
  },
  '004-scopes': {
    async put(db) {
      await db.insertInto('settings').values({ name: 'install', value: 'abc' }).execute();
    },
    read: (db) => db.selectFrom('settings').selectAll().execute(),
    expected: [{ name: 'install', value: 'abc' }],
    // Its index, as above.
    obstacle: 'repositories_installation',
  },
  '005-comments': {
    async put(db) {
      await db.insertInto('repositories').values(HELLO).execute();
      await db
        .insertInto('runs')
        .values({
          repository_id: HELLO.id,
          sha: '3f2c1ab',
          scope: 'branch:main',
          branch: 'main',
          status: 'queued',
          conclusion: null,
          trusted: 0,
          trigger_json: '{}',
          plan_json: '{}',
          progress_json: '{}',
          issues_json: '[]',
          created_at: 1,
        })
        .execute();
    },
    read: (db) => db.selectFrom('runs').select(['sha', 'decision']).execute(),
    expected: [{ sha: '3f2c1ab', decision: 0 }],
    // Its index, as above.
    obstacle: 'comments_dirty',
  },
  '006-causes': {
    async put(db) {
      await db.insertInto('settings').values({ name: 'install', value: 'abc' }).execute();
    },
    read: (db) => db.selectFrom('settings').selectAll().execute(),
    expected: [{ name: 'install', value: 'abc' }],
    obstacle: 'causes',
  },
  '007-sessions': {
    async put(db) {
      await db.insertInto('settings').values({ name: 'install', value: 'abc' }).execute();
    },
    read: (db) => db.selectFrom('settings').selectAll().execute(),
    expected: [{ name: 'install', value: 'abc' }],
    // Its index, as above.
    obstacle: 'sessions_used',
  },
  '008-history': {
    async put(db) {
      await db.insertInto('repositories').values(HELLO).execute();
      const stages = [
        {
          id: 'build',
          state: {
            status: 'completed',
            outcome: { kind: 'failed' },
            facts: { tries: 2 },
            startedAt: 20,
            completedAt: 50,
          },
        },
        { id: 'left-out', state: { status: 'completed', outcome: { kind: 'skipped' }, completedAt: 50 } },
        { id: 'waits', state: { status: 'queued' } },
      ];
      const run = { status: 'completed', startedAt: 10, completedAt: 60 };
      await sql`insert into runs (repository_id, sha, scope, status, trusted, trigger_json, plan_json,
        progress_json, issues_json, created_at) values (${HELLO.id}, '3f2c1ab', 'branch:main', 'completed', 0,
        ${JSON.stringify({ event: 'push', sender: 'alice' })}, '{}', ${JSON.stringify({ run, stages })}, '[]', 1),
        (${HELLO.id}, '3f2c1ab', 'tag:v1', 'queued', 0, '{}', '{}', '{}', '[]', 1)`.execute(db);
    },
    read: async (db) => ({
      runs: await db
        .selectFrom('runs')
        .select(['event', 'sender', 'started_at', 'completed_at'])
        .orderBy('id')
        .execute(),
      ends: await db
        .selectFrom('stage_ends')
        .select(['stage', 'outcome', 'ms', 'tries', 'failures'])
        .execute(),
    }),
    expected: {
      runs: [
        { event: 'push', sender: 'alice', started_at: 10, completed_at: 60 },
        { event: '', sender: '', started_at: null, completed_at: null },
      ],
      ends: [{ stage: 'build', outcome: 'failed', ms: 30, tries: 2, failures: 1 }],
    },
    // Its index, as above.
    obstacle: 'stage_ends_repository',
  },
  '009-filters': {
    async put(db) {
      await db.insertInto('repositories').values(HELLO).execute();
      const trigger = { event: 'tag', tag: 'v1', pullRequest: 7 };
      await sql`insert into runs (repository_id, sha, scope, status, trusted, trigger_json, plan_json,
        progress_json, issues_json, created_at) values (${HELLO.id}, '3f2c1ab', 'tag:v1', 'queued', 0,
        ${JSON.stringify(trigger)}, '{}', '{}', '[]', 1)`.execute(db);
    },
    read: (db) => db.selectFrom('runs').select(['sha', 'tag', 'pull_request']).execute(),
    expected: [{ sha: '3f2c1ab', tag: 'v1', pull_request: 7 }],
    // Its index, as above.
    obstacle: 'runs_by_sha',
  },
  '010-passes': {
    async put(db) {
      await db.insertInto('repositories').values(HELLO).execute();
      await sql`insert into runs (repository_id, sha, scope, status, trusted, trigger_json, plan_json,
        progress_json, issues_json, created_at) values (${HELLO.id}, '3f2c1ab', 'tag:v1', 'queued', 0,
        '{}', '{}', '{}', '[]', 1)`.execute(db);
      await sql`insert into stage_ends (run_id, stage, repository_id, outcome, ms, tries, failures)
        select id, 'build', repository_id, 'passed', 30, 1, 0 from runs`.execute(db);
    },
    read: (db) => db.selectFrom('stage_ends').select(['stage', 'outcome']).execute(),
    expected: [{ stage: 'build', outcome: 'passed' }],
    // Its index, as above.
    obstacle: 'stage_ends_passes',
  },
  '012-traces': {
    async put(db) {
      await db.insertInto('repositories').values(HELLO).execute();
      await sql`insert into runs (repository_id, sha, scope, status, trusted, trigger_json, plan_json,
        progress_json, issues_json, created_at) values (${HELLO.id}, '3f2c1ab', 'tag:v1', 'queued', 0,
        '{}', '{}', '{}', '[]', 1)`.execute(db);
      await sql`insert into checks (run_id, check_key, position, installation_id, creating, wanted, sent)
        select id, 'cyclone', 0, 3, 0, 2, 2 from runs`.execute(db);
    },
    read: async (db) => ({
      runs: await db.selectFrom('runs').select(['sha', 'traced']).execute(),
      checks: await db.selectFrom('checks').select(['check_key', 'sent', 'told_at']).execute(),
    }),
    expected: {
      runs: [{ sha: '3f2c1ab', traced: null }],
      checks: [{ check_key: 'cyclone', sent: 2, told_at: null }],
    },
    // Its index, as above.
    obstacle: 'runs_by_completed_at',
  },
  '013-choosy': {
    async put(db) {
      await db.insertInto('repositories').values(HELLO).execute();
      for (const status of ['queued', 'completed']) {
        await sql`insert into runs (repository_id, sha, scope, status, trusted, trigger_json, plan_json,
          progress_json, issues_json, created_at) values (${HELLO.id}, ${status}, 'tag:v1', ${status}, 0,
          '{}', '{}', '{}', '[]', 1)`.execute(db);
      }
    },
    read: (db) => db.selectFrom('runs').select(['sha', 'choosy']).orderBy('id').execute(),
    expected: [
      { sha: 'queued', choosy: 1 },
      { sha: 'completed', choosy: 0 },
    ],
    // Its index, as above.
    obstacle: 'runs_choosy',
  },
};

/** That no migration loses what is there, on whatever database. */
export function describeMigrations(newPlace: () => Promise<Place>): void {
  let place: Place;
  beforeEach(async () => {
    place = await newPlace();
  });
  afterEach(() => place.remove());

  const names = Object.keys(migrations('sqlite'));

  test('each has rows that it is tried on', () => {
    expect(Object.keys(TRIALS)).toEqual(names);
    expect(Object.keys(migrations('postgres'))).toEqual(names);
  });

  describe.each(names)('%s', (name) => {
    test('keeps the rows that are there', async () => {
      const before = connectDatabase(place.location);
      const { put, read, expected } = TRIALS[name] as Trial;
      await migrateBelow(before.db, before.dialect, name);
      await put(before.db);
      await before.db.destroy();

      const db = await openDatabase(place.location);
      expect(await read(db)).toEqual(expected);
      await db.destroy();
    });

    test('that cannot be carried out leaves nothing half done, and can be tried again', async () => {
      const before = connectDatabase(place.location);
      await migrateBelow(before.db, before.dialect, name);
      const tables = await tablesOf(before.db);
      const { obstacle } = TRIALS[name] as Trial;
      await sql`create table ${sql.table(obstacle)} (squatter text)`.execute(before.db);
      await expect(openDatabase(place.location)).rejects.toThrow(DatabaseUnavailable);
      await sql`drop table ${sql.table(obstacle)}`.execute(before.db);
      expect(await tablesOf(before.db)).toEqual(tables);
      await before.db.destroy();
      await (await openDatabase(place.location)).destroy();
    });
  });

  test('are carried out once, whatever the number of starts', async () => {
    const first = await openDatabase(place.location);
    await first.insertInto('settings').values({ name: 'kept', value: 'yes' }).execute();
    await first.destroy();
    const second = await openDatabase(place.location);
    expect(await second.selectFrom('settings').selectAll().execute()).toEqual([
      { name: 'kept', value: 'yes' },
    ]);
    await second.destroy();
  });
}

async function migrateBelow(db: Kysely<Tables>, dialect: 'sqlite' | 'postgres', name: string): Promise<void> {
  const earlier = Object.entries(migrations(dialect)).filter(([other]) => other < name);
  const provider = { getMigrations: () => Promise.resolve(Object.fromEntries(earlier)) };
  const { error } = await new Migrator({ db, provider }).migrateToLatest();
  if (error !== undefined) throw error;
}

/** Without the migrator's own. */
async function tablesOf(db: Kysely<Tables>): Promise<readonly string[]> {
  const tables = await db.introspection.getTables();
  return tables.map(({ name }) => name).toSorted();
}
