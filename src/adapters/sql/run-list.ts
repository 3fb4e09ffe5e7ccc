import { type ReferenceExpression, type SelectQueryBuilder, sql } from 'kysely';
import type { RunFilter, RunRecord } from '../../runs/ports.js';
import type { Database } from './database.js';
import { selectRuns, toRecord } from './rows.js';
import type { Tables } from './schema.js';

/**
 * Runs by filter. What is found and counted is read out of indexes; the JSON, which is long, only of the runs of
 * the page.
 */
export async function listRuns(
  db: Database,
  filter: RunFilter,
): Promise<{ runs: RunRecord[]; total: number }> {
  const repositories = await namedRepositories(db, filter);
  const matching = matchingRuns(db, filter, repositories);
  const { total } = await matching
    .select((e) => e.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  const direction = filter.oldestFirst === true ? 'asc' : 'desc';
  const page = await matching
    .select('runs.id')
    .orderBy('runs.id', direction)
    .limit(filter.limit)
    .offset(filter.offset)
    .execute();
  if (page.length === 0) return { runs: [], total };
  const rows = await selectRuns(db)
    .where(
      'runs.id',
      'in',
      page.map(({ id }) => id),
    )
    .orderBy('runs.id', direction)
    .execute();
  return { runs: rows.map(toRecord), total };
}

/** Ids of the repositories of that name: one, or more where names were taken over. Undefined: of any name. */
async function namedRepositories(
  db: Database,
  { repository }: RunFilter,
): Promise<readonly number[] | undefined> {
  if (repository === undefined) return undefined;
  const [owner = '', name = ''] = repository.toLowerCase().split('/', 2);
  const rows = await db
    .selectFrom('repositories')
    .select('id')
    .where(sql`lower(owner)`, '=', owner)
    .where(sql`lower(name)`, '=', name)
    .execute();
  return rows.map(({ id }) => id);
}

type Query = SelectQueryBuilder<Tables, 'runs' | 'repositories', object>;

function matchingRuns(db: Database, filter: RunFilter, repositories: readonly number[] | undefined): Query {
  const { publicOnly, alsoRepositories = [], sha, created = {} } = filter;
  let query: Query = db.selectFrom('runs').innerJoin('repositories', 'repositories.id', 'runs.repository_id');
  if (publicOnly) {
    query = query.where((e) => {
      const isPublic = e('repositories.private', '=', 0);
      return alsoRepositories.length === 0
        ? isPublic
        : e.or([isPublic, e('runs.repository_id', 'in', alsoRepositories)]);
    });
  }
  // None of that name: no number is in an empty list.
  if (repositories !== undefined) query = query.where('runs.repository_id', 'in', [...repositories, 0]);
  const equal: readonly [
    ReferenceExpression<Tables, 'runs' | 'repositories'>,
    string | number | undefined,
  ][] = [
    ['runs.branch', filter.branch],
    ['runs.status', filter.status],
    ['runs.conclusion', filter.conclusion],
    ['runs.event', filter.event],
    [sql`lower(runs.sender)`, filter.actor?.toLowerCase()],
    ['runs.tag', filter.tag],
    ['runs.pull_request', filter.pullRequest],
  ];
  for (const [column, value] of equal) if (value !== undefined) query = query.where(column, '=', value);
  // `g` is what comes after the last hex digit: a range is what an index can tell, in any collation of digits.
  if (sha !== undefined) query = query.where('runs.sha', '>=', sha).where('runs.sha', '<', `${sha}g`);
  if (created.from !== undefined) query = query.where('runs.created_at', '>=', created.from);
  if (created.until !== undefined) query = query.where('runs.created_at', '<', created.until);
  return query;
}
