import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';

import { type Database, openDatabase } from '../../src/adapters/sql/database.js';
import { runHistory } from '../../src/adapters/sql/history.js';
import { repositoryQueries } from '../../src/adapters/sql/repositories.js';
import { runStore } from '../../src/adapters/sql/runs.js';
import { newSqliteFile } from '../adapters/sql/sqlite-file.js';
import { newRun, type Place } from '../adapters/sql/store-suite.js';
import { type Site, startSite } from './harness.js';
import { rowsOf } from './rows.js';
import { NOON } from './runs.js';

const RUNS = 10_000;
/** About as long as that of a pipeline of ten stages. */
const LONG = JSON.stringify({ ...newRun().progress, note: 'x'.repeat(8000) });

let place: Place;
let db: Database;
let site: Site;

beforeAll(async () => {
  place = await newSqliteFile();
  db = await openDatabase(place.location);
  const store = runStore(db);
  await store.create(newRun({ createdAt: NOON - RUNS * 60_000 }));
  // One statement: a run each minute, of which every tenth failed.
  await sql`insert into runs (repository_id, sha, scope, branch, status, conclusion, trusted, trigger_json,
      plan_json, progress_json, issues_json, created_at, decision, event, sender, started_at, completed_at)
    with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < ${RUNS - 1})
    select repository_id, 'sha-' || n, scope, case n % 5 when 0 then 'side' else branch end, 'completed',
      case n % 10 when 0 then 'failure' else 'success' end, 0, trigger_json, plan_json, ${LONG}, '[]',
      created_at + n * 60000, 0, 'push', 'alice', created_at, created_at + 1000 * (n % 60)
    from runs, numbers where runs.id = 1`.execute(db);
  await sql`insert into stage_ends (run_id, stage, repository_id, outcome, ms, tries, failures)
    select id, 'build', repository_id, 'passed', 1000 * (id % 60), 1, 0 from runs`.execute(db);
  site = await startSite({
    queries: { run: (id) => store.load(id), runs: (filter) => store.list(filter) },
    history: runHistory(db),
    repositories: repositoryQueries(db),
  });
}, 60_000);
afterAll(async () => {
  await site.stop();
  await db.destroy();
  await place.remove();
});

test.each([
  ['', 10_000],
  ['?page=300', 10_000 - 299 * 30],
  ['?status=failed', 9991],
  ['?branch=side&page=60', 5 * (2000 - 59 * 30) - 4],
  ['?who=alice&event=push&status=passed', 10_000],
])('a repository of 10,000 runs is shown: %s', async (query, first) => {
  const { body, status } = await site.ask(`/repos/acme/hello${query}`);
  expect(status).toBe(200);
  expect(rowsOf(body)[0]).toBe(first);
});

test('its numbers are of the last 200', async () => {
  const { body } = await site.ask('/repos/acme/hello');
  expect(body.replace(/<[^>]*>/g, '')).toContain('90 % passed: 180 of 200');
  expect(body).toContain('200 runs');
});

test('no row is read to find and count them: the index holds what is asked for', async () => {
  const plans: string[] = [];
  const explained = async (query: { compile(): { sql: string; parameters: readonly unknown[] } }) => {
    const { parameters, sql: text } = query.compile();
    const { rows } = await db.executeQuery<{ detail: string }>({
      ...sql.raw(`explain query plan ${text}`).compile(db),
      parameters,
    });
    plans.push(...rows.map(({ detail }) => detail));
  };
  const runs = () => db.selectFrom('runs').where('repository_id', '=', 7).orderBy('id', 'desc');
  await explained(runs().select('id').where('branch', '=', 'side').where('sender', '=', 'alice').limit(31));
  await explained(
    runs()
      .select(['id', 'conclusion', 'created_at', 'started_at', 'completed_at'])
      .where('status', '=', 'completed')
      .limit(200),
  );
  expect(plans).toEqual(Array(2).fill('SEARCH runs USING COVERING INDEX runs_history (repository_id=?)'));
});
