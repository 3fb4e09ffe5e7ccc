import { type Kysely, type Migration, type RawBuilder, sql } from 'kysely';
import type { Dialect } from '../schema.js';

/**
 * What runs are counted and found by, in columns of their own and in an index that holds all of them: the JSON
 * beside them is long, and a page of a repository with thousands of runs reads none of it but that of the runs
 * it shows. And how each stage ended.
 */
export function createHistory(dialect: Dialect): Migration {
  return { up: (db: Kysely<unknown>) => up(db, dialect) };
}

async function up(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const big = dialect === 'postgres' ? 'bigint' : 'integer';
  const table = (): ReturnType<typeof db.schema.alterTable> => db.schema.alterTable('runs');
  await table()
    .addColumn('event', 'text', (c) => c.notNull().defaultTo(''))
    .execute();
  await table()
    .addColumn('sender', 'text', (c) => c.notNull().defaultTo(''))
    .execute();
  await table().addColumn('started_at', big).execute();
  await table().addColumn('completed_at', big).execute();
  await db.schema
    .createTable('stage_ends')
    .addColumn('run_id', big, (c) => c.notNull().references('runs.id').onDelete('cascade'))
    .addColumn('stage', 'text', (c) => c.notNull())
    .addColumn('repository_id', big, (c) => c.notNull().references('repositories.id'))
    .addColumn('outcome', 'text', (c) => c.notNull())
    .addColumn('ms', big, (c) => c.notNull())
    .addColumn('tries', 'integer', (c) => c.notNull())
    .addColumn('failures', 'integer', (c) => c.notNull())
    .addPrimaryKeyConstraint('stage_ends_identity', ['run_id', 'stage'])
    .execute();
  await (dialect === 'postgres' ? fillPostgres : fillSqlite)(db);
  await db.schema
    .createIndex('runs_history')
    .on('runs')
    .columns([
      'repository_id',
      'id',
      'branch',
      'scope',
      'event',
      'sender',
      'status',
      'conclusion',
      'created_at',
      'started_at',
      'completed_at',
    ])
    .execute();
  await db.schema
    .createIndex('stage_ends_repository')
    .on('stage_ends')
    .columns(['repository_id', 'run_id'])
    .execute();
}

async function fillSqlite(db: Kysely<unknown>): Promise<void> {
  await sql`update runs set
    event = coalesce(json_extract(trigger_json, '$.event'), ''),
    sender = coalesce(json_extract(trigger_json, '$.sender'), ''),
    started_at = json_extract(progress_json, '$.run.startedAt'),
    completed_at = json_extract(progress_json, '$.run.completedAt')`.execute(db);
  const at = (path: string): RawBuilder<unknown> => sql`json_extract(stage.value, ${path})`;
  await sql`insert into stage_ends (run_id, stage, repository_id, outcome, ms, tries, failures)
    select runs.id, ${at('$.id')}, runs.repository_id, ${at('$.state.outcome.kind')},
      ${at('$.state.completedAt')} - ${at('$.state.startedAt')}, coalesce(${at('$.state.facts.tries')}, 1),
      ${at('$.state.outcome.kind')} in ('failed', 'timed_out')
    from runs, json_each(runs.progress_json, '$.stages') as stage
    where ${at('$.state.status')} = 'completed' and ${at('$.state.startedAt')} is not null`.execute(db);
}

async function fillPostgres(db: Kysely<unknown>): Promise<void> {
  await sql`update runs set
    event = coalesce(trigger_json::json->>'event', ''),
    sender = coalesce(trigger_json::json->>'sender', ''),
    started_at = (progress_json::json#>>'{run,startedAt}')::bigint,
    completed_at = (progress_json::json#>>'{run,completedAt}')::bigint`.execute(db);
  await sql`insert into stage_ends (run_id, stage, repository_id, outcome, ms, tries, failures)
    select runs.id, stage->>'id', runs.repository_id, stage#>>'{state,outcome,kind}',
      (stage#>>'{state,completedAt}')::bigint - (stage#>>'{state,startedAt}')::bigint,
      coalesce((stage#>>'{state,facts,tries}')::integer, 1),
      case when stage#>>'{state,outcome,kind}' in ('failed', 'timed_out') then 1 else 0 end
    from runs, json_array_elements(runs.progress_json::json->'stages') as stage
    where stage#>>'{state,status}' = 'completed' and stage#>>'{state,startedAt}' is not null`.execute(db);
}
