import type { Kysely, Migration } from 'kysely';

/** Finds the newest runs of a branch or pull request, and the runs of an installation. */
export function createScopes(): Migration {
  return { up };
}

async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.createIndex('runs_scope').on('runs').columns(['repository_id', 'scope', 'id']).execute();
  await db.schema
    .createIndex('repositories_installation')
    .on('repositories')
    .columns(['installation_id'])
    .execute();
}
