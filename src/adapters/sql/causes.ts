import type { CauseStore, KnownCause } from '../../logs/ports.js';
import type { Database } from './database.js';

export function causeStore(db: Database): CauseStore {
  return {
    async load(run, stage) {
      const row = await db
        .selectFrom('causes')
        .select(['bytes', 'cause_json'])
        .where('run_id', '=', run)
        .where('stage', '=', stage)
        .executeTakeFirst();
      return row && { bytes: row.bytes, cause: fromJson(row.cause_json) };
    },
    async keep(run, stage, { bytes, cause }) {
      const found = { bytes, cause_json: JSON.stringify(cause ?? null) };
      await db
        .insertInto('causes')
        .values({ run_id: run, stage, ...found })
        .onConflict((conflict) => conflict.columns(['run_id', 'stage']).doUpdateSet(found))
        .execute();
    },
  };
}

/** `null`: it was looked for, and none was found. */
function fromJson(text: string): KnownCause['cause'] {
  return (JSON.parse(text) as KnownCause['cause'] | null) ?? undefined;
}
