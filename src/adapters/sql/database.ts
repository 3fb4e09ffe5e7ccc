import { Kysely, Migrator, PostgresDialect, SqliteDialect } from 'kysely';
import Sqlite from 'libsql';
import pg from 'pg';
import { createRuns } from './migrations/001-runs.js';
import type { Dialect, Tables } from './schema.js';

export type Database = Kysely<Tables>;

/** The database does not answer, or cannot be brought up to date. The message says where and why. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable';
}

/** Opens (and brings up to date) SQLite at a path, or PostgreSQL at a `postgres://` address. @throws DatabaseUnavailable */
export async function openDatabase(location: string): Promise<Database> {
  const dialect: Dialect = /^postgres(?:ql)?:\/\//.test(location) ? 'postgres' : 'sqlite';
  const db = dialect === 'postgres' ? postgres(location) : sqlite(location);
  try {
    await migrate(db, dialect);
  } catch (cause) {
    await db.destroy();
    const where = dialect === 'postgres' ? `PostgreSQL at ${new URL(location).host}` : location;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DatabaseUnavailable(`the database (${where}) cannot be used: ${why}. See DATABASE_URL`, {
      cause,
    });
  }
  return db;
}

function sqlite(path: string): Database {
  const database = new Sqlite(path);
  database.pragma('journal_mode = WAL');
  // With WAL, NORMAL survives the death of the process; only a power cut can take the last commits.
  database.pragma('synchronous = NORMAL');
  database.pragma('foreign_keys = ON');
  database.pragma('busy_timeout = 5000');
  return new Kysely<Tables>({ dialect: new SqliteDialect({ database }) });
}

function postgres(url: string): Database {
  // int8 arrives as text by default; our ids and times stay below 2^53.
  pg.types.setTypeParser(pg.types.builtins.INT8, Number);
  const pool = new pg.Pool({ connectionString: url, max: 10 });
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
}

async function migrate(db: Database, dialect: Dialect): Promise<void> {
  const migrations = { '001-runs': createRuns(dialect) };
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(migrations) } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) {
    throw error;
  }
}
