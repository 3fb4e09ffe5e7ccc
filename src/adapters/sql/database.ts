import { Kysely, Migrator, PostgresDialect, SqliteAdapter, SqliteDialect } from 'kysely';
import Sqlite from 'libsql';
import pg from 'pg';
import { migrations } from './migrations.js';
import { preparedOnce } from './prepared.js';
import type { Dialect, Tables } from './schema.js';

export type Database = Kysely<Tables>;

/** The database does not answer, or cannot be brought up to date. The message says where and why. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable';
}

/** Opens (and brings up to date) SQLite at a path, or PostgreSQL at a `postgres://` address. @throws DatabaseUnavailable */
export async function openDatabase(location: string): Promise<Database> {
  let opened: ReturnType<typeof connectDatabase> | undefined;
  try {
    opened = connectDatabase(location);
    await migrate(opened.db, opened.dialect);
    return opened.db;
  } catch (cause) {
    await opened?.db.destroy();
    throw new DatabaseUnavailable(
      `the database (${where(location)}) cannot be used: ${words(cause)}. See DATABASE_URL`,
      { cause },
    );
  }
}

/** The same, as it is. */
export function connectDatabase(location: string): { readonly db: Database; readonly dialect: Dialect } {
  return isPostgres(location)
    ? { db: postgres(location), dialect: 'postgres' }
    : { db: sqlite(location), dialect: 'sqlite' };
}

function isPostgres(location: string): boolean {
  return /^postgres(?:ql)?:\/\//.test(location);
}

function sqlite(path: string): Database {
  const database = new Sqlite(path);
  database.pragma('journal_mode = WAL');
  // With WAL, NORMAL survives the death of the process; only a power cut can take the last commits.
  database.pragma('synchronous = NORMAL');
  database.pragma('foreign_keys = ON');
  database.pragma('busy_timeout = 5000');
  return new Kysely<Tables>({ dialect: new TransactionalSqlite({ database: preparedOnce(database) }) });
}

/** SQLite's DDL is transactional; Kysely does not say so, and a start that is cut off would leave half a migration. */
class TransactionalSqlite extends SqliteDialect {
  override createAdapter(): SqliteAdapter {
    return new TransactionalAdapter();
  }
}

class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

function postgres(url: string): Database {
  // int8 arrives as text by default; our ids and times stay below 2^53.
  pg.types.setTypeParser(pg.types.builtins.INT8, Number);
  const pool = new pg.Pool({ connectionString: url, max: 10 });
  // An idle connection that breaks leaves the pool by itself; the next query opens another and says what is wrong.
  pool.on('error', () => undefined);
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
}

async function migrate(db: Database, dialect: Dialect): Promise<void> {
  const provider = { getMigrations: () => Promise.resolve(migrations(dialect)) };
  const { error } = await new Migrator({ db, provider }).migrateToLatest();
  if (error !== undefined) {
    throw error;
  }
}

/** Without the password that an address may hold. */
function where(location: string): string {
  if (!isPostgres(location)) {
    return location;
  }
  return URL.canParse(location) ? `PostgreSQL at ${new URL(location).host}` : 'PostgreSQL';
}

/** A name with several addresses fails once for each, in an error without words of its own. */
function words(error: unknown): string {
  if (error instanceof AggregateError) {
    return error.errors.map(words).join('; ');
  }
  return error instanceof Error ? error.message : String(error);
}
