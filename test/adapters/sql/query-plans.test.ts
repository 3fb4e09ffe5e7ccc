import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Kysely, SqliteDialect } from 'kysely';
import Sqlite from 'libsql';
import { checkStore } from '../../../src/adapters/sql/checks.js';
import { commentStore } from '../../../src/adapters/sql/comments.js';
import { openDatabase } from '../../../src/adapters/sql/database.js';
import { groupStore } from '../../../src/adapters/sql/groups.js';
import { runStore } from '../../../src/adapters/sql/runs.js';
import type { Tables } from '../../../src/adapters/sql/schema.js';
import { progress } from '../../../src/pipeline/progress.js';
import { newSqliteFile } from './sqlite-file.js';
import { newRun, type Place } from './store-suite.js';

/** Indexes of what is open and of what GitHub does not know yet: these hold nothing else, and are read whole. */
const SMALL = /USING (?:COVERING )?INDEX (?:runs_open|runs_choosy|checks_dirty|comments_dirty)$/;

/** What grows with every run, under the names that queries give it. */
const LARGE = /^SCAN (?:runs|mine|other|checks|comments|stage_ends)\b/;

describe('SQLite: what every webhook and every report asks for', () => {
  let place: Place;
  let sqlite: InstanceType<typeof Sqlite>;
  let asked: Set<string>;
  let db: Kysely<Tables>;

  beforeEach(async () => {
    place = await newSqliteFile();
    await (await openDatabase(place.location)).destroy();
    sqlite = new Sqlite(place.location);
    asked = new Set();
    const database = {
      prepare(sql: string) {
        asked.add(sql);
        return sqlite.prepare(sql);
      },
      close: () => sqlite.close(),
    };
    db = new Kysely<Tables>({ dialect: new SqliteDialect({ database }) });
  });
  afterEach(async () => {
    await db.destroy();
    await place.remove();
  });

  /** Of all that was asked, what reads a large table from its beginning to its end. */
  const scans = (): readonly string[] =>
    [...asked].filter(isPlanned).flatMap((query) => {
      const steps = sqlite.prepare(`explain query plan ${query}`).all([]) as readonly { detail: string }[];
      return steps
        .filter(({ detail }) => LARGE.test(detail) && !SMALL.test(detail))
        .map(({ detail }) => `${detail}: ${query}`);
    });

  test('a run is made, taken in again, found by its commit and moved on without looking through all others', async () => {
    const runs = runStore(db);
    const { run } = await runs.create(newRun({ scope: 'pull:4' }));
    await runs.create(newRun({ scope: 'pull:4' }));
    await runs.ofCommit(run.repository.id, run.trigger.sha);
    await runs.inScopes(run.repository.id, ['pull:4', 'branch:main']);
    const [job] = run.plan.jobs;
    const event = { type: 'job_enqueued', job: job?.id ?? '', attempt: 1, at: 2 } as const;
    const moved = await runs.update(run.id, (now) => progress(now.plan, now.progress, event));
    expect(moved?.changed).toBe(true);
    await runs.unfinished();
    await runs.choosy();
    await runs.lastPassed(run.id, 'build');
    expect(scans()).toEqual([]);
  });

  test('its checks, its comment and its place in a group neither', async () => {
    const { run } = await runStore(db).create(newRun({ scope: 'pull:4' }));
    const checks = checkStore(db);
    await checks.dirtyOf(run.id);
    await checks.dirty();
    await checks.subject(run.id);
    await checks.creating(run.id, 'build');
    await checks.claim(run.id, 'build');
    await checks.sent(run.id, 'build', 1, 1);
    await checks.refused(run.id, 'build', 'gone', 1);
    const comments = commentStore(db);
    const thread = { repository: run.repository.id, pull: 4, installationId: 3 };
    await comments.dirtyOf(run.id);
    await comments.dirty();
    await comments.load(thread);
    await comments.subjects(thread);
    const at = { run: run.id, stage: 'build' };
    await groupStore(db).join(run.repository.id, 'production', at, 1);
    await groupStore(db).leave(run.repository.id, [at]);
    expect(scans()).toEqual([]);
  });

  test('a query that no index serves is seen', async () => {
    await runStore(db).create(newRun());
    await db.selectFrom('runs').select('id').where('trusted', '=', 1).execute();
    expect(scans()).toEqual([expect.stringMatching(/^SCAN runs/)]);
  });
});

function isPlanned(query: string): boolean {
  return /^(?:select|insert|update|delete)\b/.test(query);
}
