import type { TraceStore } from '../../runs/ports.js';
import type { Database } from './database.js';
import { selectRuns, toRecord } from './rows.js';

export function traceStore(db: Database): TraceStore {
  return {
    async due(id) {
      const row = await selectRuns(db)
        .where('runs.id', '=', id)
        .where('runs.status', '=', 'completed')
        .where((e) => e.or([e('traced', 'is', null), e('traced', '<', e.ref('completed_at'))]))
        .executeTakeFirst();
      if (row === undefined) return undefined;
      const checks = await db
        .selectFrom('checks')
        .select(['check_key', 'told_at', 'wanted', 'sent', 'refused'])
        .where('run_id', '=', id)
        .orderBy('position')
        .execute();
      return {
        run: toRecord(row),
        told: new Map(
          checks.flatMap(({ check_key, told_at }) => (told_at === null ? [] : [[check_key, told_at]])),
        ),
        open: checks.some(({ wanted, sent, refused }) => sent < wanted && refused === null),
      };
    },
    async left(since) {
      const rows = await db
        .selectFrom('runs')
        .select('id')
        .where('status', '=', 'completed')
        .where('completed_at', '>=', since)
        .where((e) => e.or([e('traced', 'is', null), e('traced', '<', e.ref('completed_at'))]))
        .orderBy('id')
        .execute();
      return rows.map(({ id }) => id);
    },
    async sent(id, completedAt) {
      await db.updateTable('runs').set({ traced: completedAt }).where('id', '=', id).execute();
    },
  };
}
