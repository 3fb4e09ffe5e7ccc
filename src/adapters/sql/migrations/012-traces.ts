import type { Kysely, Migration } from 'kysely';
import type { Dialect } from '../schema.js';

/** When GitHub was told of an end, and of which end a run's trace was sent. Of runs before, neither is known. */
export function createTraces(dialect: Dialect): Migration {
  return {
    async up(db: Kysely<unknown>) {
      const big = dialect === 'postgres' ? 'bigint' : 'integer';
      await db.schema.alterTable('checks').addColumn('told_at', big).execute();
      await db.schema.alterTable('runs').addColumn('traced', big).execute();
      await db.schema.createIndex('runs_by_completed_at').on('runs').column('completed_at').execute();
    },
  };
}
