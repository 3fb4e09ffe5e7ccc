import type { RepositoryStore } from '../../runs/ports.js';
import type { Database } from './database.js';
import { fromRepository, toRepository } from './rows.js';

export function repositoryStore(db: Database): RepositoryStore {
  const all = () => db.selectFrom('repositories').selectAll().orderBy('id');
  return {
    async follow(repository) {
      const { id, ...mutable } = fromRepository(repository);
      await db.updateTable('repositories').set(mutable).where('id', '=', id).execute();
    },
    async byId(ids) {
      if (ids.length === 0) return [];
      return (await all().where('id', 'in', ids).execute()).map(toRepository);
    },
    async ofInstallation(installation) {
      return (await all().where('installation_id', '=', installation).execute()).map(toRepository);
    },
    async giveUpChecks(repositories, reason) {
      if (repositories.length === 0) return;
      const runs = db.selectFrom('runs').select('id').where('repository_id', 'in', repositories);
      await db
        .updateTable('checks')
        .set((e) => ({ refused: reason, creating: 0, sent: e.ref('wanted') }))
        // Also those that are sent: a stage that is being stopped has its end still to come.
        .where('run_id', 'in', runs)
        .execute();
    },
  };
}
