import type { Kysely, Migration } from 'kysely';
import type { Dialect } from '../schema.js';

/** By which key a cache is found, and by which content address a result. */
export function createDepot(dialect: Dialect): Migration {
  return { up: (db: Kysely<unknown>) => up(db, dialect) };
}

async function up(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const big = dialect === 'postgres' ? 'bigint' : 'integer';
  await db.schema
    .createTable('caches')
    .addColumn('repository_id', big, (c) => c.notNull().references('repositories.id'))
    .addColumn('scope', 'text', (c) => c.notNull())
    .addColumn('key', 'text', (c) => c.notNull())
    .addColumn('digest', 'text', (c) => c.notNull())
    .addColumn('bytes', big, (c) => c.notNull())
    .addColumn('run_id', big, (c) => c.notNull().references('runs.id'))
    .addColumn('created_at', big, (c) => c.notNull())
    .addColumn('used_at', big, (c) => c.notNull())
    .addPrimaryKeyConstraint('caches_identity', ['repository_id', 'scope', 'key'])
    .execute();
  await db.schema
    .createTable('results')
    .addColumn('repository_id', big, (c) => c.notNull().references('repositories.id'))
    .addColumn('domain', 'text', (c) => c.notNull())
    .addColumn('address', 'text', (c) => c.notNull())
    .addColumn('run_id', big, (c) => c.notNull().references('runs.id'))
    .addColumn('stage', 'text', (c) => c.notNull())
    .addColumn('created_at', big, (c) => c.notNull())
    .addColumn('used_at', big, (c) => c.notNull())
    .addPrimaryKeyConstraint('results_identity', ['repository_id', 'domain', 'address'])
    .execute();
}
