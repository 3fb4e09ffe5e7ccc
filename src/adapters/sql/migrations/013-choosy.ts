import { type Kysely, type Migration, sql } from 'kysely';

/** Which open runs have a job that not every worker may take. Of runs before, each that is open is looked at. */
export function createChoosy(): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await db.schema
        .alterTable('runs')
        .addColumn('choosy', 'integer', (column) => column.notNull().defaultTo(0))
        .execute();
      await sql`update runs set choosy = 1 where status <> 'completed'`.execute(db);
      await db.schema
        .createIndex('runs_choosy')
        .on('runs')
        .column('id')
        .where(sql.ref('choosy'), '=', sql.lit(1))
        .execute();
    },
  };
}
