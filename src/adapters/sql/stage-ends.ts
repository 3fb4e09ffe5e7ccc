import type { StageState } from '../../pipeline/model.js';
import type { RunRecord } from '../../runs/ports.js';
import type { Database } from './database.js';
import type { StageEndsTable } from './schema.js';

/** PostgreSQL takes 65,535 values in a statement; a row has seven. */
const AT_ONCE = 1000;

/**
 * Keeps how stages ended that ran. A later end of the same stage is in place of the earlier one, whose failure
 * stays counted: what fails and then passes without a change is what people look for.
 */
export async function keepStageEnds(tx: Database, before: RunRecord, after: RunRecord): Promise<void> {
  const old = new Map(before.progress.stages.map(({ id, state }) => [id, state]));
  const rows = after.progress.stages.flatMap(({ id, state }): StageEndsTable[] => {
    if (old.get(id) === state) return [];
    const end = endOf(state);
    return end === undefined
      ? []
      : [{ run_id: after.id, stage: id, repository_id: after.repository.id, ...end }];
  });
  for (let from = 0; from < rows.length; from += AT_ONCE) {
    await tx
      .insertInto('stage_ends')
      .values(rows.slice(from, from + AT_ONCE))
      .onConflict((conflict) =>
        conflict.columns(['run_id', 'stage']).doUpdateSet((e) => ({
          outcome: e.ref('excluded.outcome'),
          ms: e.ref('excluded.ms'),
          tries: e.ref('excluded.tries'),
          failures: e('stage_ends.failures', '+', e.ref('excluded.failures')),
        })),
      )
      .execute();
  }
}

function endOf(state: StageState): Pick<StageEndsTable, 'outcome' | 'ms' | 'tries' | 'failures'> | undefined {
  if (state.status !== 'completed' || state.startedAt === undefined) return undefined;
  const { kind } = state.outcome;
  return {
    outcome: kind,
    ms: Math.max(0, state.completedAt - state.startedAt),
    tries: state.facts.tries ?? 1,
    failures: kind === 'failed' || kind === 'timed_out' ? 1 : 0,
  };
}
