import type { SqliteDatabase, SqliteStatement } from 'kysely';

/** Every query that we have, several times over: lists of another length are other texts. */
const MOST_KEPT = 256;

/**
 * A database whose statements are prepared once. Kysely prepares anew each time, which takes two to four times as long
 * as reading a run does. One connection that one at a time has: nobody else is in the middle of a statement's rows.
 * SQLite itself prepares one again when tables have changed since.
 */
export function preparedOnce(database: SqliteDatabase): SqliteDatabase {
  const kept = new Map<string, SqliteStatement>();
  return {
    prepare(sql) {
      const statement = kept.get(sql) ?? database.prepare(sql);
      // The one that was used last is the last to go.
      kept.delete(sql);
      kept.set(sql, statement);
      const [oldest] = kept.keys();
      if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
      return statement;
    },
    close() {
      kept.clear();
      database.close();
    },
  };
}
