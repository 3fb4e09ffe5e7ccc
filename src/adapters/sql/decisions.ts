import type { Claim } from '../../checks/ports.js';
import type { Database } from './database.js';

/**
 * Somebody decided about the run: by its start, its approval, or its re-run. From now on the checks of its commit
 * are its own, and GitHub is told all of them where they were another run's.
 */
export async function decideAnew(tx: Database, run: number): Promise<void> {
  const newest = await ofSameCommit(tx, run)
    .select(['other.id', 'other.decision'])
    .orderBy('other.decision', 'desc')
    .orderBy('other.id', 'desc')
    .executeTakeFirst();
  const anew = tx.updateTable('checks').where('run_id', '=', run);
  if (newest === undefined || newest.id === run) {
    // Somebody wants it once more: so it is worth another try.
    await anew
      .set((e) => ({ wanted: e('wanted', '+', 1), refused: null }))
      .where('refused', 'is not', null)
      .execute();
    return;
  }
  await tx
    .updateTable('runs')
    .set({ decision: newest.decision + 1 })
    .where('id', '=', run)
    .execute();
  await anew.set((e) => ({ wanted: e('wanted', '+', 1), sent: 0, refused: null })).execute();
}

/** Of equal decisions, as of runs that nobody decided about again, the later run's counts. */
export async function claimOf(db: Database, run: number, key: string): Promise<Claim> {
  const rows = await ofSameCommit(db, run)
    .innerJoin('checks', 'checks.run_id', 'other.id')
    .where('checks.check_key', '=', key)
    .select(['other.id', 'checks.github_id', 'checks.creating'])
    .orderBy('other.decision', 'desc')
    .orderBy('other.id', 'desc')
    .execute();
  const shared = rows.some((row) => row.id !== run && (row.github_id !== null || row.creating === 1));
  return { holder: rows[0]?.id ?? run, shared };
}

function ofSameCommit(db: Database, run: number) {
  return db
    .selectFrom('runs as mine')
    .innerJoin('runs as other', (join) =>
      join.onRef('other.repository_id', '=', 'mine.repository_id').onRef('other.sha', '=', 'mine.sha'),
    )
    .where('mine.id', '=', run);
}
