import { sql } from 'kysely';
import type { RepositoryStore } from '../../runs/ports.js';
import type { RepositoryQueries } from '../../web/ports.js';
import type { Database } from './database.js';
import { listRepositories, viewRepository } from './repository-views.js';
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

/** Repositories as pages look for them. */
export function repositoryQueries(db: Database): RepositoryQueries {
  const all = () => db.selectFrom('repositories').selectAll();
  return {
    view: (repository) => viewRepository(db, repository),
    list: (filter) => listRepositories(db, filter),
    async byName(owner, name) {
      const row = await all()
        .where(sql`lower(owner)`, '=', owner.toLowerCase())
        .where(sql`lower(name)`, '=', name.toLowerCase())
        // Of two, one has gone and its name was taken: the newer has it.
        .orderBy('id', 'desc')
        .executeTakeFirst();
      return row && toRepository(row);
    },
    async privateOnes(most) {
      const rows = await db
        .selectFrom('repositories')
        .innerJoin('runs', 'runs.repository_id', 'repositories.id')
        .selectAll('repositories')
        .where('repositories.private', '=', 1)
        .groupBy('repositories.id')
        .orderBy((e) => e.fn.max('runs.id'), 'desc')
        .limit(most)
        .execute();
      return rows.map(toRepository);
    },
  };
}
