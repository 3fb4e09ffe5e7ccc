import { PostgresAdapter } from 'kysely';
import type { GroupStore, Place } from '../../runs/ports.js';
import type { Database } from './database.js';

export function groupStore(db: Database): GroupStore {
  return {
    join: (repository, group, place, at) =>
      db.transaction().execute(async (tx) => {
        await lockRepository(tx, repository);
        await tx
          .insertInto('group_places')
          .values({
            repository_id: repository,
            group_name: group,
            run_id: place.run,
            stage: place.stage,
            since: at,
          })
          .onConflict((conflict) => conflict.columns(['run_id', 'stage']).doNothing())
          .execute();
        return (await lineOf(tx, repository, [group]).limit(1).execute()).map(toPlace)[0] ?? place;
      }),
    async first(repository, group) {
      return (await lineOf(db, repository, [group]).limit(1).execute()).map(toPlace)[0];
    },
    async leave(repository, places) {
      const runs = [...new Set(places.map(({ run }) => run))];
      const standing = await db
        .selectFrom('group_places')
        .select('stage')
        .where('run_id', 'in', runs)
        .limit(1)
        .execute();
      // Most that ask stand nowhere: they need not wait for the repository.
      return standing.length === 0 ? [] : leave(db, repository, places);
    },
    async all() {
      const rows = await db.selectFrom('group_places').selectAll().orderBy('id').execute();
      return rows.map((row) => ({ repository: row.repository_id, ...toPlace(row) }));
    },
  };
}

function leave(db: Database, repository: number, places: readonly Place[]): Promise<readonly Place[]> {
  return db.transaction().execute(async (tx) => {
    await lockRepository(tx, repository);
    const left = new Set<string>();
    for (const { run, stage } of places) {
      const rows = await tx
        .deleteFrom('group_places')
        .where('run_id', '=', run)
        .where('stage', '=', stage)
        .returning('group_name')
        .execute();
      for (const { group_name: group } of rows) left.add(group);
    }
    return left.size === 0 ? [] : (await lineOf(tx, repository, [...left]).execute()).map(toPlace);
  });
}

function lineOf(db: Database, repository: number, groups: readonly string[]) {
  return db
    .selectFrom('group_places')
    .select(['run_id', 'stage'])
    .where('repository_id', '=', repository)
    .where('group_name', 'in', groups)
    .orderBy('id');
}

function toPlace(row: { readonly run_id: number; readonly stage: string }): Place {
  return { run: row.run_id, stage: row.stage };
}

/**
 * Two who join at once must not both be first. SQLite has one writer anyway; PostgreSQL would show
 * neither the other's place before its commit.
 */
async function lockRepository(tx: Database, id: number): Promise<void> {
  if (tx.getExecutor().adapter instanceof PostgresAdapter) {
    await tx.selectFrom('repositories').select('id').where('id', '=', id).forUpdate().execute();
  }
}
