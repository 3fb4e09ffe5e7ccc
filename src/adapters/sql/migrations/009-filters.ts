import { type Kysely, type Migration, sql } from 'kysely';
import type { Dialect } from '../schema.js';

/** Whatever the API looks for runs by has a column, and an index that gives them in order. */
export function createFilters(dialect: Dialect): Migration {
  return { up: (db: Kysely<unknown>) => up(db, dialect) };
}

async function up(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const big = dialect === 'postgres' ? 'bigint' : 'integer';
  await db.schema.alterTable('runs').addColumn('tag', 'text').execute();
  await db.schema.alterTable('runs').addColumn('pull_request', big).execute();
  await (dialect === 'postgres'
    ? sql`update runs set tag = trigger_json::json->>'tag',
        pull_request = (trigger_json::json->>'pullRequest')::bigint`
    : sql`update runs set tag = json_extract(trigger_json, '$.tag'),
        pull_request = json_extract(trigger_json, '$.pullRequest')`
  ).execute(db);
  await sql`create index runs_by_tag on runs (tag, id) where tag is not null`.execute(db);
  await sql`create index runs_by_pull on runs (pull_request, id) where pull_request is not null`.execute(db);
  await sql`create index runs_by_sender on runs (lower(sender), id)`.execute(db);
  for (const column of ['branch', 'event', 'conclusion', 'created_at', 'sha'] as const) {
    await db.schema.createIndex(`runs_by_${column}`).on('runs').columns([column, 'id']).execute();
  }
}
