import { randomBytes } from 'node:crypto';
import type { Database } from './database.js';

/**
 * A random value of the installation (signing key, install id), made once and the same for every server
 * of this database. @returns hex
 */
export async function installationValue(db: Database, name: string, bytes: number): Promise<string> {
  await db
    .insertInto('settings')
    .values({ name, value: randomBytes(bytes).toString('hex') })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
  const row = await db
    .selectFrom('settings')
    .select('value')
    .where('name', '=', name)
    .executeTakeFirstOrThrow();
  return row.value;
}

/** Writes something, to see whether that is possible. @throws what keeps the database from it */
export async function writable(db: Database): Promise<void> {
  const value = randomBytes(4).toString('hex');
  await db
    .insertInto('settings')
    .values({ name: 'written', value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute();
}
