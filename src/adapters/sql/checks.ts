import type { CheckStore, DirtyCheck } from '../../checks/ports.js';
import type { Database } from './database.js';
import { claimOf } from './decisions.js';
import { selectRuns, toRecord } from './rows.js';

export function checkStore(db: Database): CheckStore {
  const check = (run: number, key: string) =>
    db.updateTable('checks').where('run_id', '=', run).where('check_key', '=', key);
  return {
    dirty: () => dirty(db, undefined),
    dirtyOf: (run) => dirty(db, run),
    async subject(run) {
      const row = await selectRuns(db).where('runs.id', '=', run).executeTakeFirst();
      if (row === undefined) {
        return undefined;
      }
      const { id, repository, trigger, plan, progress, issues } = toRecord(row);
      return { run: id, repository, trigger, plan, progress, issues };
    },
    async creating(run, key) {
      await check(run, key).set({ creating: 1 }).execute();
    },
    async sent(run, key, githubId, sent, told) {
      await check(run, key)
        .set((e) => ({
          github_id: githubId,
          creating: 0,
          sent,
          // Said once more, as with more of its log, an end is not news.
          ...(told && {
            told_at: e.case().when('told_at', '>=', told.endedAt).then(e.ref('told_at')).else(told.at).end(),
          }),
        }))
        .execute();
    },
    claim: (run, key) => claimOf(db, run, key),
    async yielded(run, key, wanted) {
      // A create that was begun is still to be looked for, by whoever has the check.
      await check(run, key).set({ sent: wanted }).execute();
    },
    async refused(run, key, reason, wanted) {
      await check(run, key)
        .set({ refused: reason, creating: 0, sent: wanted })
        .where('wanted', '=', wanted)
        .execute();
    },
  };
}

async function dirty(db: Database, run: number | undefined): Promise<DirtyCheck[]> {
  const rows = await db
    .selectFrom('checks')
    .selectAll()
    .whereRef('sent', '<', 'wanted')
    .where('refused', 'is', null)
    .$if(run !== undefined, (query) => query.where('run_id', '=', run ?? 0))
    .orderBy('run_id')
    .orderBy('position')
    .execute();
  return rows.map((row) => ({
    run: row.run_id,
    key: row.check_key,
    installationId: row.installation_id,
    ...(row.github_id === null ? {} : { githubId: row.github_id }),
    creating: row.creating === 1,
    wanted: row.wanted,
    sent: row.sent,
  }));
}
