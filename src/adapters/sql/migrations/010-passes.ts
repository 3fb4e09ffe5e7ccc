import type { Kysely, Migration } from 'kysely';

/** Where a stage of a repository passed, in the order of its runs: each failure looks for the last time. */
export function createPasses(): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createIndex('stage_ends_passes')
        .on('stage_ends')
        .columns(['repository_id', 'stage', 'outcome', 'run_id'])
        .execute();
    },
  };
}
