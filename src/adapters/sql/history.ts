import { sql } from 'kysely';
import type { Conclusion, RunStatus } from '../../pipeline/model.js';
import type { HistoryFilter, RunFigure, RunHistory, RunMention } from '../../web/ports.js';
import type { Database } from './database.js';
import { selectRuns, toRecord } from './rows.js';

/** Runs over time. Everything but the runs that are shown whole is answered out of the index `runs_history`. */
export function runHistory(db: Database): RunHistory {
  return {
    async page(filter) {
      const rows = await matching(db, filter)
        .select('id')
        .orderBy('id', 'desc')
        .limit(filter.limit + 1)
        .offset(filter.offset)
        .execute();
      const ids = rows.slice(0, filter.limit).map(({ id }) => id);
      const runs = ids.length === 0 ? [] : await selectRuns(db).where('runs.id', 'in', ids).execute();
      return {
        runs: runs.map(toRecord).sort((a, b) => b.id - a.id),
        hasMore: rows.length > filter.limit,
      };
    },
    async open({ publicOnly, alsoRepositories = [], limit }) {
      const open = selectRuns(db)
        // As the partial index says it, which holds few among many.
        .where('runs.status', '<>', 'completed')
        .orderBy('runs.id', 'desc')
        .limit(limit);
      const seen = open.where((e) => {
        const isPublic = e('repositories.private', '=', 0);
        return alsoRepositories.length === 0
          ? isPublic
          : e.or([isPublic, e('repositories.id', 'in', alsoRepositories)]);
      });
      return (await (publicOnly ? seen : open).execute()).map(toRecord);
    },
    newest: (repository, branch) => newest(db, repository, branch),
    figures: (repository, since, limit) => figures(db, repository, since, limit),
    async stages(repository, sinceRun) {
      return (
        db
          .selectFrom('stage_ends')
          .where('repository_id', '=', repository)
          .where('run_id', '>=', sinceRun)
          .groupBy('stage')
          // PostgreSQL gives an average as text, and integers as numbers.
          .select((e) => [
            'stage',
            e.fn.countAll<number>().as('ends'),
            sql<number>`cast(avg(ms) as bigint)`.as('meanMs'),
            e.fn.max<number>('ms').as('longestMs'),
            sql<number>`sum(case when outcome = 'passed' and (tries > 1 or failures > 0) then 1 else 0 end)`.as(
              'flaky',
            ),
          ])
          .execute()
      );
    },
    around: (run) => around(db, run),
    told: (run) => told(db, run),
  };
}

function matching(db: Database, { repository, branch, status, conclusions, event, sender }: HistoryFilter) {
  let query = db.selectFrom('runs').where('repository_id', '=', repository);
  if (branch !== undefined) query = query.where('branch', '=', branch);
  if (status !== undefined) query = query.where('status', '=', status);
  if (conclusions !== undefined) query = query.where('conclusion', 'in', conclusions);
  if (event !== undefined) query = query.where('event', '=', event);
  if (sender !== undefined) query = query.where('sender', '=', sender);
  return query;
}

/** These say nothing of the branch. */
const SILENT: readonly Conclusion[] = ['skipped', 'neutral'];

async function newest(db: Database, repository: number, branch: string): Promise<RunMention | undefined> {
  const row = await mentions(db)
    .where('repository_id', '=', repository)
    // A pull request's branch may be a fork's of the same name.
    .where('branch', '=', branch)
    .where((e) => e.or([e('scope', '=', `branch:${branch}`), e('event', '=', 'schedule')]))
    .where((e) => e.or([e('conclusion', 'is', null), e('conclusion', 'not in', SILENT)]))
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row && toMention(row);
}

async function figures(
  db: Database,
  repository: number,
  since: number,
  limit: number,
): Promise<readonly RunFigure[]> {
  const rows = await db
    .selectFrom('runs')
    .select(['id', 'conclusion', 'created_at', 'started_at', 'completed_at'])
    .where('repository_id', '=', repository)
    .where('status', '=', 'completed')
    .where('created_at', '>=', since)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    conclusion: (row.conclusion ?? 'neutral') as Conclusion,
    createdAt: row.created_at,
    lastedMs:
      row.started_at === null || row.completed_at === null
        ? undefined
        : Math.max(0, row.completed_at - row.started_at),
  }));
}

async function around(db: Database, run: number): ReturnType<RunHistory['around']> {
  const mine = await db
    .selectFrom('runs')
    .select(['repository_id', 'scope', 'sha', 'event', 'branch'])
    .where('id', '=', run)
    .executeTakeFirst();
  if (mine === undefined) return { before: undefined, after: undefined, sameCommit: [] };
  const inScope = () => {
    const ofRepository = mentions(db).where('repository_id', '=', mine.repository_id).limit(1);
    // Each time of a schedule is a scope of its own.
    return mine.event === 'schedule'
      ? ofRepository.where('event', '=', mine.event).where('branch', 'is', mine.branch)
      : ofRepository.where('scope', '=', mine.scope);
  };
  const [before, after, sameCommit] = await Promise.all([
    inScope().where('id', '<', run).orderBy('id', 'desc').executeTakeFirst(),
    inScope().where('id', '>', run).orderBy('id', 'asc').executeTakeFirst(),
    mentions(db)
      .where('repository_id', '=', mine.repository_id)
      .where('sha', '=', mine.sha)
      .where('id', '<>', run)
      .orderBy('id', 'desc')
      .execute(),
  ]);
  return {
    before: before && toMention(before),
    after: after && toMention(after),
    sameCommit: sameCommit.map(toMention),
  };
}

function mentions(db: Database) {
  return db.selectFrom('runs').select(['id', 'scope', 'status', 'conclusion', 'created_at']);
}

interface MentionRow {
  readonly id: number;
  readonly scope: string;
  readonly status: string;
  readonly conclusion: string | null;
  readonly created_at: number;
}

function toMention(row: MentionRow): RunMention {
  return {
    id: row.id,
    scope: row.scope,
    status: row.status as RunStatus['status'],
    conclusion: (row.conclusion as Conclusion | null) ?? undefined,
    createdAt: row.created_at,
  };
}

async function told(db: Database, run: number): ReturnType<RunHistory['told']> {
  const rows = await db
    .selectFrom('checks')
    .select(['check_key', 'told_at'])
    .where('run_id', '=', run)
    .orderBy('position')
    .execute();
  return new Map(rows.flatMap(({ check_key, told_at }) => (told_at === null ? [] : [[check_key, told_at]])));
}
