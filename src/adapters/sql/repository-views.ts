import type { Repository } from '../../pipeline/model.js';
import type { RepositoryQueries, RepositoryView } from '../../web/ports.js';
import type { Database } from './database.js';
import { selectRuns, toRecord, toRepository } from './rows.js';

/** As many as tell how a branch does now. */
const COUNTED = 100;

export async function viewRepository(db: Database, repository: Repository): Promise<RepositoryView> {
  const { id, defaultBranch } = repository;
  const ofBranch = () =>
    db
      .selectFrom('runs')
      .where('repository_id', '=', id)
      .where('branch', '=', defaultBranch)
      .orderBy('id', 'desc');
  const [newest, ended] = await Promise.all([
    ofBranch().select('id').limit(1).executeTakeFirst(),
    ofBranch()
      .select('conclusion')
      .where('conclusion', 'in', ['success', 'failure'])
      .limit(COUNTED)
      .execute(),
  ]);
  const run = newest && (await selectRuns(db).where('runs.id', '=', newest.id).executeTakeFirstOrThrow());
  const passed = ended.filter(({ conclusion }) => conclusion === 'success').length;
  return {
    repository,
    lastRun: run && toRecord(run),
    successRate: ended.length === 0 ? undefined : passed / ended.length,
  };
}

export async function listRepositories(
  db: Database,
  { publicOnly, alsoRepositories = [], limit, offset }: Parameters<RepositoryQueries['list']>[0],
): ReturnType<RepositoryQueries['list']> {
  const seen = db.selectFrom('repositories').where((e) => {
    const isPublic = e('private', '=', 0);
    if (!publicOnly) return e.lit(true);
    return alsoRepositories.length === 0 ? isPublic : e.or([isPublic, e('id', 'in', alsoRepositories)]);
  });
  const { total } = await seen.select((e) => e.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  const rows = await seen
    .selectAll()
    .orderBy(
      (e) =>
        e
          .selectFrom('runs')
          .select((run) => run.fn.max<number>('runs.id').as('newest'))
          .whereRef('runs.repository_id', '=', 'repositories.id'),
      'desc',
    )
    .limit(limit)
    .offset(offset)
    .execute();
  const repositories = await Promise.all(rows.map((row) => viewRepository(db, toRepository(row))));
  return { repositories, total };
}
