import type { StageId } from '../../pipeline/model.js';
import type { Database } from './database.js';

/** The key of the whole run's check; stages have their ids. */
const WHOLE_RUN = 'cyclone';

export async function insertChecks(
  tx: Database,
  run: number,
  installation: number,
  stages: readonly StageId[],
): Promise<void> {
  const rows = [WHOLE_RUN, ...stages].map((key, position) => ({
    run_id: run,
    check_key: key,
    position,
    installation_id: installation,
    github_id: null,
    creating: 0,
    wanted: 1,
    sent: 0,
    refused: null,
  }));
  await tx.insertInto('checks').values(rows).execute();
}

/** In the transaction that changes the run: a change that is stored is a check that will be sent. */
export async function markChecks(tx: Database, run: number, stages: readonly StageId[]): Promise<void> {
  await tx
    .updateTable('checks')
    .set((e) => ({ wanted: e('wanted', '+', 1) }))
    .where('run_id', '=', run)
    .where('check_key', 'in', [WHOLE_RUN, ...stages])
    .execute();
}
