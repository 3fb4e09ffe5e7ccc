import { type Kysely, type Migration, sql } from 'kysely';
import type { Dialect } from '../schema.js';

/**
 * Which of several runs of a commit somebody decided about last: its checks are the ones on GitHub. And the one
 * comment of a pull request.
 */
export function createComments(dialect: Dialect): Migration {
  return { up: (db: Kysely<unknown>) => up(db, dialect) };
}

async function up(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const big = dialect === 'postgres' ? 'bigint' : 'integer';
  await db.schema
    .alterTable('runs')
    .addColumn('decision', big, (c) => c.notNull().defaultTo(0))
    .execute();
  await db.schema
    .createTable('comments')
    .addColumn('repository_id', big, (c) => c.notNull().references('repositories.id'))
    .addColumn('pull', 'integer', (c) => c.notNull())
    .addColumn('github_id', big)
    .addColumn('creating', 'integer', (c) => c.notNull())
    .addColumn('deleted_for', 'text')
    .addColumn('answers_json', 'text', (c) => c.notNull())
    .addColumn('wanted', 'integer', (c) => c.notNull())
    .addColumn('sent', 'integer', (c) => c.notNull())
    .addPrimaryKeyConstraint('comments_identity', ['repository_id', 'pull'])
    .execute();
  await sql`create index comments_dirty on comments (repository_id) where sent < wanted`.execute(db);
}
