import type { Migration } from 'kysely';
import { type Kysely, sql } from 'kysely';
import type { Dialect } from '../schema.js';

/** Repositories, runs with their progress, and what GitHub knows of their checks. */
export function createRuns(dialect: Dialect): Migration {
  return { up: (db: Kysely<unknown>) => up(db, dialect) };
}

async function up(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const big = dialect === 'postgres' ? 'bigint' : 'integer';
  await db.schema
    .createTable('settings')
    .addColumn('name', 'text', (c) => c.primaryKey())
    .addColumn('value', 'text', (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('repositories')
    .addColumn('id', big, (c) => c.primaryKey())
    .addColumn('owner', 'text', (c) => c.notNull())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('private', 'integer', (c) => c.notNull())
    .addColumn('clone_url', 'text', (c) => c.notNull())
    .addColumn('html_url', 'text', (c) => c.notNull())
    .addColumn('default_branch', 'text', (c) => c.notNull())
    .addColumn('installation_id', big, (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('runs')
    .addColumn('id', dialect === 'postgres' ? 'bigserial' : 'integer', (c) =>
      dialect === 'postgres' ? c.primaryKey() : c.primaryKey().autoIncrement(),
    )
    .addColumn('repository_id', big, (c) => c.notNull().references('repositories.id'))
    .addColumn('sha', 'text', (c) => c.notNull())
    .addColumn('scope', 'text', (c) => c.notNull())
    .addColumn('branch', 'text')
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('conclusion', 'text')
    .addColumn('trusted', 'integer', (c) => c.notNull())
    .addColumn('trigger_json', 'text', (c) => c.notNull())
    .addColumn('plan_json', 'text', (c) => c.notNull())
    .addColumn('progress_json', 'text', (c) => c.notNull())
    .addColumn('issues_json', 'text', (c) => c.notNull())
    .addColumn('created_at', big, (c) => c.notNull())
    .execute();
  await db.schema
    .createIndex('runs_identity')
    .unique()
    .on('runs')
    .columns(['repository_id', 'sha', 'scope'])
    .execute();
  // Partial: open runs are few among many.
  await sql`create index runs_open on runs (id) where status <> 'completed'`.execute(db);
  await db.schema
    .createTable('checks')
    .addColumn('run_id', big, (c) => c.notNull().references('runs.id'))
    .addColumn('check_key', 'text', (c) => c.notNull())
    .addColumn('position', 'integer', (c) => c.notNull())
    .addColumn('installation_id', big, (c) => c.notNull())
    .addColumn('github_id', big)
    .addColumn('creating', 'integer', (c) => c.notNull())
    .addColumn('wanted', 'integer', (c) => c.notNull())
    .addColumn('sent', 'integer', (c) => c.notNull())
    .addColumn('refused', 'text')
    .addPrimaryKeyConstraint('checks_identity', ['run_id', 'check_key'])
    .execute();
  await sql`create index checks_dirty on checks (run_id) where sent < wanted`.execute(db);
}
