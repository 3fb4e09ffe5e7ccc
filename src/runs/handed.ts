import type { Lease, PlannedJob, StageId } from '../pipeline/model.js';
import type { RunRecord } from './ports.js';

type Handed = NonNullable<Lease['handed']>[StageId];

/**
 * What stages of other jobs kept for stages of this one. What has left the depot meanwhile is named all the
 * same: the worker says which files are missing, and whose.
 */
export function handedTo(record: RunRecord, job: PlannedJob): Pick<Lease, 'handed'> {
  const handed = record.plan.stages
    .filter(({ id }) => job.stages.includes(id))
    .map(({ id, takesFrom = [] }) => [id, takesFrom.flatMap((from) => kept(record, from))] as const)
    .filter(([, files]) => files.length > 0);
  return handed.length === 0 ? {} : { handed: Object.fromEntries(handed) };
}

function kept(record: RunRecord, from: StageId): Handed {
  const state = record.progress.stages.find(({ id }) => id === from)?.state;
  const files = state?.status === 'completed' ? state.facts.artifacts : undefined;
  return files === undefined ? [] : [{ ...files, from }];
}
