import { PostgresAdapter, sql } from 'kysely';
import { changedStages } from '../../pipeline/progress.js';
import type { NewRun, Replan, RunRecord, RunStore } from '../../runs/ports.js';
import { addChecks, insertChecks, markChecks } from './check-rows.js';
import type { Database } from './database.js';
import { decideAnew } from './decisions.js';
import { lastPassed } from './last-passed.js';
import { fromRepository, progressColumns, selectRuns, toRecord, triggerColumns } from './rows.js';
import { listRuns } from './run-list.js';
import { keepStageEnds } from './stage-ends.js';

export function runStore(db: Database): RunStore {
  return {
    create: (run) => create(db, run),
    load: (id) => load(db, id),
    update: (id, change) =>
      db.transaction().execute(async (tx) => {
        await lockRun(tx, id);
        const run = await load(tx, id);
        if (run === undefined) {
          return undefined;
        }
        const progress = change(run);
        if (progress === run.progress) {
          return { run, changed: false };
        }
        await tx.updateTable('runs').set(progressColumns(run.plan, progress)).where('id', '=', id).execute();
        await markChecks(tx, id, changedStages(run.progress, progress));
        await keepStageEnds(tx, run, { ...run, progress });
        if (progress.asks !== run.progress.asks) await decideAnew(tx, id);
        return { run: { ...run, progress }, changed: true };
      }),
    replan: (id, change) => replan(db, id, change),
    lastPassed: (run, stage) => lastPassed(db, run, stage),
    async unfinished() {
      const rows = await db
        .selectFrom('runs')
        .select('id')
        // As it stands in the index of open runs: of a parameter SQLite knows that only when it prepares once more.
        .where('status', '<>', sql.lit('completed'))
        .orderBy('id')
        .execute();
      return rows.map(({ id }) => id);
    },
    async choosy() {
      const rows = await db
        .selectFrom('runs')
        .select('id')
        // As it stands in the index, as above.
        .where('choosy', '=', sql.lit(1))
        .orderBy('id')
        .execute();
      return rows.map(({ id }) => id);
    },
    async inScopes(repository, scopes) {
      const rows = await selectRuns(db)
        .where('runs.repository_id', '=', repository)
        .where('runs.scope', 'in', scopes)
        .orderBy('runs.id', 'desc')
        .limit(MOST_IN_SCOPE)
        .execute();
      return rows.map(toRecord);
    },
    async ofCommit(repository, sha) {
      const rows = await selectRuns(db)
        .where('runs.repository_id', '=', repository)
        .where('runs.sha', '=', sha)
        .orderBy('runs.id', 'desc')
        .execute();
      return rows.map(toRecord);
    },
    list: (filter) => listRuns(db, filter),
  };
}

/** More pushes than anybody makes while one of them still runs. */
const MOST_IN_SCOPE = 50;

function replan(
  db: Database,
  id: number,
  change: (run: RunRecord) => Replan | undefined,
): Promise<{ run: RunRecord; changed: boolean } | undefined> {
  return db.transaction().execute(async (tx) => {
    await lockRun(tx, id);
    const run = await load(tx, id);
    if (run === undefined) return undefined;
    // Checks of stages that are gone would stay on GitHub.
    const next = run.plan.stages.length > 0 ? undefined : change(run);
    if (next === undefined) return { run, changed: false };
    await tx
      .updateTable('runs')
      .set({
        trusted: next.trusted ? 1 : 0,
        ...triggerColumns(next.trigger),
        plan_json: JSON.stringify(next.plan),
        issues_json: JSON.stringify(next.issues),
        ...progressColumns(next.plan, next.progress),
      })
      .where('id', '=', id)
      .execute();
    await addChecks(
      tx,
      id,
      run.repository.installationId,
      next.plan.stages.map((stage) => stage.id),
    );
    return { run: { ...run, ...next }, changed: true };
  });
}

/** SQLite has one writer anyway; PostgreSQL must be told that this row is ours until the commit. */
async function lockRun(tx: Database, id: number): Promise<void> {
  if (tx.getExecutor().adapter instanceof PostgresAdapter) {
    await tx.selectFrom('runs').select('id').where('id', '=', id).forUpdate().execute();
  }
}

async function load(db: Database, id: number): Promise<RunRecord | undefined> {
  const row = await selectRuns(db).where('runs.id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : toRecord(row);
}

function create(db: Database, run: NewRun): Promise<{ run: RunRecord; created: boolean }> {
  return db.transaction().execute(async (tx) => {
    const { id: _, ...mutable } = fromRepository(run.repository);
    await tx
      .insertInto('repositories')
      .values(fromRepository(run.repository))
      .onConflict((conflict) => conflict.column('id').doUpdateSet(mutable))
      .execute();
    const inserted = await tx
      .insertInto('runs')
      .values({
        repository_id: run.repository.id,
        sha: run.trigger.sha,
        scope: run.scope,
        branch: run.trigger.branch ?? null,
        trusted: run.trusted ? 1 : 0,
        ...triggerColumns(run.trigger),
        plan_json: JSON.stringify(run.plan),
        issues_json: JSON.stringify(run.issues),
        created_at: run.createdAt,
        ...progressColumns(run.plan, run.progress),
      })
      .onConflict((conflict) => conflict.columns(['repository_id', 'sha', 'scope']).doNothing())
      .returning('id')
      .executeTakeFirst();
    if (inserted !== undefined) {
      const stages = run.plan.stages.map((stage) => stage.id);
      await insertChecks(tx, inserted.id, run.repository.installationId, stages);
      return { run: { ...run, id: inserted.id }, created: true };
    }
    const row = await selectRuns(tx)
      .where('runs.repository_id', '=', run.repository.id)
      .where('runs.sha', '=', run.trigger.sha)
      .where('runs.scope', '=', run.scope)
      .executeTakeFirstOrThrow();
    return { run: toRecord(row), created: false };
  });
}
