import { sql } from 'kysely';
import type { StageId } from '../../pipeline/model.js';
import type { RunRecord } from '../../runs/ports.js';
import type { Database } from './database.js';
import { selectRuns, toRecord } from './rows.js';

/** Ends of the stage that are looked through: older ones say little about what changed. */
const MOST_LOOKED_AT = 500;

/**
 * The newest run before this one in which the stage passed: of the same branch, tag or pull request; else of the
 * branch that a pull request is made of; else of the default branch; else of anything that is the repository's own.
 * What a pull request did is told to it alone: its code may be a stranger's.
 */
export async function lastPassed(db: Database, run: number, stage: StageId): Promise<RunRecord | undefined> {
  const mine = await db
    .selectFrom('runs')
    .innerJoin('repositories', 'repositories.id', 'runs.repository_id')
    .select(['runs.repository_id', 'runs.scope', 'runs.branch', 'repositories.default_branch'])
    .where('runs.id', '=', run)
    .executeTakeFirst();
  if (mine === undefined) return undefined;
  const passes = db
    .selectFrom('stage_ends')
    .select('run_id')
    .where('repository_id', '=', mine.repository_id)
    .where('stage', '=', stage)
    .where('outcome', '=', 'passed')
    .where('run_id', '<', run)
    .orderBy('run_id', 'desc')
    .limit(MOST_LOOKED_AT);
  const found = await db
    .selectFrom(passes.as('passes'))
    .innerJoin('runs', 'runs.id', 'passes.run_id')
    .select('runs.id')
    .where((e) => e.or([e('runs.scope', '=', mine.scope), e('runs.scope', 'not like', 'pull:%')]))
    .orderBy(
      sql`case runs.scope when ${mine.scope} then 0 when ${`branch:${mine.branch ?? ''}`} then 1
        when ${`branch:${mine.default_branch}`} then 2 else 3 end`,
    )
    .orderBy('runs.id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return found && (await whereItRan(db, found.id, stage));
}

/** A result that was used again has its log with the run that made it. */
async function whereItRan(db: Database, run: number, stage: StageId): Promise<RunRecord | undefined> {
  const record = await load(db, run);
  const state = record?.progress.stages.find(({ id }) => id === stage)?.state;
  const source = state?.status === 'completed' ? state.facts.reusedFrom : undefined;
  return source?.stage === stage ? ((await load(db, source.run)) ?? record) : record;
}

async function load(db: Database, run: number): Promise<RunRecord | undefined> {
  const row = await selectRuns(db).where('runs.id', '=', run).executeTakeFirst();
  return row && toRecord(row);
}
