import type { Kysely, Migration } from 'kysely';
import type { Dialect } from '../schema.js';

/** Why stages failed, as it was found in their logs. */
export function createCauses(dialect: Dialect): Migration {
  return { up: (db: Kysely<unknown>) => up(db, dialect) };
}

async function up(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const big = dialect === 'postgres' ? 'bigint' : 'integer';
  await db.schema
    .createTable('causes')
    .addColumn('run_id', big, (c) => c.notNull().references('runs.id').onDelete('cascade'))
    .addColumn('stage', 'text', (c) => c.notNull())
    .addColumn('bytes', big, (c) => c.notNull())
    .addColumn('cause_json', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('causes_identity', ['run_id', 'stage'])
    .execute();
}
