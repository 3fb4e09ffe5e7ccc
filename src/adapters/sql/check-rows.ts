import type { StageId } from '../../pipeline/model.js';
import { markComment } from './comment-rows.js';
import type { Database } from './database.js';
import { decideAnew } from './decisions.js';
import type { ChecksTable } from './schema.js';

/** The key of the whole run's check; stages have their ids. */
const WHOLE_RUN = 'cyclone';

export async function insertChecks(
  tx: Database,
  run: number,
  installation: number,
  stages: readonly StageId[],
): Promise<void> {
  const rows = [WHOLE_RUN, ...stages].map((key, position) => newCheck(run, installation, key, position));
  await tx.insertInto('checks').values(rows).execute();
  await decideAnew(tx, run);
  await markComment(tx, run);
}

/** Of a run that had none but the whole run's: it is to be sent anew. */
export async function addChecks(
  tx: Database,
  run: number,
  installation: number,
  stages: readonly StageId[],
): Promise<void> {
  const rows = stages.map((key, index) => newCheck(run, installation, key, index + 1));
  if (rows.length > 0) await tx.insertInto('checks').values(rows).execute();
  await markChecks(tx, run, []);
  await decideAnew(tx, run);
}

function newCheck(run: number, installation: number, key: string, position: number): ChecksTable {
  return {
    run_id: run,
    check_key: key,
    position,
    installation_id: installation,
    github_id: null,
    creating: 0,
    wanted: 1,
    sent: 0,
    refused: null,
    told_at: null,
  };
}

/** In the transaction that changes the run: a change that is stored is a check that will be sent. */
export async function markChecks(tx: Database, run: number, stages: readonly StageId[]): Promise<void> {
  await tx
    .updateTable('checks')
    .set((e) => ({ wanted: e('wanted', '+', 1) }))
    .where('run_id', '=', run)
    .where('check_key', 'in', [WHOLE_RUN, ...stages])
    .execute();
  await markComment(tx, run);
}
