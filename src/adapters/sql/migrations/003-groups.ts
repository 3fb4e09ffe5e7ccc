import type { Kysely, Migration } from 'kysely';
import type { Dialect } from '../schema.js';

/** Lines of stages of which one runs at a time; a place's id is its number in the line. */
export function createGroups(dialect: Dialect): Migration {
  return { up: (db: Kysely<unknown>) => up(db, dialect) };
}

async function up(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const big = dialect === 'postgres' ? 'bigint' : 'integer';
  await db.schema
    .createTable('group_places')
    // Numbers are not given twice: who leaves and comes again stands at the end.
    .addColumn('id', dialect === 'postgres' ? 'bigserial' : 'integer', (c) =>
      dialect === 'postgres' ? c.primaryKey() : c.primaryKey().autoIncrement(),
    )
    .addColumn('repository_id', big, (c) => c.notNull().references('repositories.id'))
    .addColumn('group_name', 'text', (c) => c.notNull())
    .addColumn('run_id', big, (c) => c.notNull().references('runs.id'))
    .addColumn('stage', 'text', (c) => c.notNull())
    .addColumn('since', big, (c) => c.notNull())
    .execute();
  await db.schema
    .createIndex('group_places_identity')
    .unique()
    .on('group_places')
    .columns(['run_id', 'stage'])
    .execute();
  await db.schema
    .createIndex('group_places_line')
    .on('group_places')
    .columns(['repository_id', 'group_name', 'id'])
    .execute();
}
