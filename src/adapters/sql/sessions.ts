import type { SessionStore } from '../../web/ports.js';
import type { Database } from './database.js';

export function sessionStore(db: Database): SessionStore {
  return {
    async put(id, { login, createdAt, usedAt, sealed }) {
      await db
        .insertInto('sessions')
        .values({ id, login, created_at: createdAt, used_at: usedAt, sealed })
        .execute();
    },
    async find(id) {
      const row = await db.selectFrom('sessions').selectAll().where('id', '=', id).executeTakeFirst();
      return row && { login: row.login, createdAt: row.created_at, usedAt: row.used_at, sealed: row.sealed };
    },
    async used(id, at) {
      await db.updateTable('sessions').set({ used_at: at }).where('id', '=', id).execute();
    },
    async reseal(id, sealed) {
      await db.updateTable('sessions').set({ sealed }).where('id', '=', id).execute();
    },
    async remove(id) {
      await db.deleteFrom('sessions').where('id', '=', id).execute();
    },
    async removeOld(begunBefore, usedBefore) {
      await db
        .deleteFrom('sessions')
        .where((e) => e.or([e('created_at', '<', begunBefore), e('used_at', '<', usedBefore)]))
        .execute();
    },
  };
}
