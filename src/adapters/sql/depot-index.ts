import { type ExpressionBuilder, type Selectable, sql } from 'kysely';
import type { CacheEntry, DepotIndex, ResultEntry } from '../../runs/ports.js';
import type { Database } from './database.js';
import type { CachesTable, ResultsTable, Tables } from './schema.js';

export function depotIndex(db: Database): DepotIndex {
  return {
    async addCache(entry) {
      const { repository_id: _, scope: __, key: ___, ...replaced } = fromCache(entry);
      await db
        .insertInto('caches')
        .values(fromCache(entry))
        .onConflict((conflict) =>
          conflict
            .columns(['repository_id', 'scope', 'key'])
            .doUpdateSet(replaced)
            .where('caches.created_at', '<', entry.at),
        )
        .execute();
    },
    async cache(repository, scope, key) {
      const row = await caches(db, repository)
        .where('scope', '=', scope)
        .where('key', '=', key)
        .executeTakeFirst();
      return row && toCache(row);
    },
    async newestCache(repository, scopes, prefix) {
      const row = await caches(db, repository)
        .where('scope', 'in', scopes)
        // Not LIKE: that has characters of its own, and in SQLite no case.
        .where(sql`substr(key, 1, length(cast(${prefix} as text)))`, '=', prefix)
        .orderBy('created_at', 'desc')
        .orderBy('run_id', 'desc')
        .orderBy('key', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row && toCache(row);
    },
    async useCache(entry, at) {
      await db.updateTable('caches').set({ used_at: at }).where(isCache(entry)).execute();
    },
    async removeCache(entry) {
      await db.deleteFrom('caches').where(isCache(entry)).execute();
    },
    async addResult(entry) {
      const { repository_id: _, domain: __, address: ___, ...replaced } = fromResult(entry);
      await db
        .insertInto('results')
        .values(fromResult(entry))
        .onConflict((conflict) =>
          conflict
            .columns(['repository_id', 'domain', 'address'])
            .doUpdateSet(replaced)
            .where('results.created_at', '<', entry.at),
        )
        .execute();
    },
    async result(repository, domain, address) {
      const row = await db
        .selectFrom('results')
        .selectAll()
        .where('repository_id', '=', repository)
        .where('domain', '=', domain)
        .where('address', '=', address)
        .executeTakeFirst();
      return row && toResult(row);
    },
    async useResult(entry, at) {
      await db.updateTable('results').set({ used_at: at }).where(isResult(entry)).execute();
    },
    async removeResult(entry) {
      await db.deleteFrom('results').where(isResult(entry)).execute();
    },
    async removeUnused(since) {
      await db.deleteFrom('caches').where('used_at', '<', since).execute();
      await db.deleteFrom('results').where('used_at', '<', since).execute();
    },
  };
}

function caches(db: Database, repository: number) {
  return db.selectFrom('caches').selectAll().where('repository_id', '=', repository);
}

/** The row as it was found: of another run's in its place it is not true. */
const isCache =
  ({ repository, scope, key, digest }: CacheEntry) =>
  (row: ExpressionBuilder<Tables, 'caches'>) =>
    row.and({ repository_id: repository, scope, key, digest });

const isResult =
  ({ repository, domain, address, run, stage }: ResultEntry) =>
  (row: ExpressionBuilder<Tables, 'results'>) =>
    row.and({ repository_id: repository, domain, address, run_id: run, stage });

function fromCache({ repository, scope, key, digest, bytes, run, at }: CacheEntry): Selectable<CachesTable> {
  return { repository_id: repository, scope, key, digest, bytes, run_id: run, created_at: at, used_at: at };
}

function toCache(row: Selectable<CachesTable>): CacheEntry {
  const { repository_id: repository, scope, key, digest, bytes, run_id: run, created_at: at } = row;
  return { repository, scope, key, digest, bytes, run, at };
}

function fromResult({ repository, domain, address, run, stage, at }: ResultEntry): Selectable<ResultsTable> {
  return { repository_id: repository, domain, address, run_id: run, stage, created_at: at, used_at: at };
}

function toResult(row: Selectable<ResultsTable>): ResultEntry {
  const { repository_id: repository, domain, address, run_id: run, stage, created_at: at } = row;
  return { repository, domain, address, run, stage, at };
}
