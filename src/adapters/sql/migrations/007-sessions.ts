import type { Kysely, Migration } from 'kysely';
import type { Dialect } from '../schema.js';

/** People who signed in. What is kept of the cookie and of GitHub's token opens nothing by itself. */
export function createSessions(dialect: Dialect): Migration {
  return { up: (db: Kysely<unknown>) => up(db, dialect) };
}

async function up(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const big = dialect === 'postgres' ? 'bigint' : 'integer';
  await db.schema
    .createTable('sessions')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('login', 'text', (c) => c.notNull())
    .addColumn('created_at', big, (c) => c.notNull())
    .addColumn('used_at', big, (c) => c.notNull())
    .addColumn('sealed', 'text', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('sessions_used').on('sessions').column('used_at').execute();
}
