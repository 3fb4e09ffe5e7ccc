import { why, whyRun } from '../pipeline/why.js';
import { type AllowDeps, createAllow } from './allow.js';
import type { CancelRun } from './cancel.js';
import type { Ask, Enquiries, Operations, Verdict } from './operations.js';
import type { LogNotes, RunRecord } from './ports.js';
import { pullHead } from './pull-head.js';
import { askAfter, createRerun, refused } from './rerun.js';
import { branchScope, pullScope } from './scope.js';
import { createStart, type StartDeps } from './start.js';

export type OperationsDeps = AllowDeps &
  Omit<StartDeps, 'rerun'> & {
    readonly notes: LogNotes;
    readonly cancel: CancelRun;
  };

/** The operations, and the re-run that webhooks ask for under their delivery's name. */
export function createOperations(
  deps: OperationsDeps,
): Operations & { rerunAs: ReturnType<typeof createRerun> } {
  const { store, cancel } = deps;
  const rerun = createRerun(deps);
  const start = createStart({ ...deps, rerun });
  const allow = createAllow(deps);

  const cancelAll = async (runs: readonly RunRecord[], by: string, none: string): Promise<Verdict> => {
    const open = runs.filter(({ progress }) => progress.run.status !== 'completed').map(({ id }) => id);
    for (const id of open) await cancel(id, `by ${by}`);
    return open.length === 0
      ? refused(none)
      : { kind: 'done', words: `Cancelled: run ${open.map(String).join(', ')}.`, runs: open };
  };

  /** Nobody but webhooks sends a wish twice. */
  const numbered = async (run: number, by: string): Promise<string> => askAfter(await store.load(run), by);

  return {
    test: (ask, stages) => start.pull(ask, stages),
    retest: (ask) => start.failedOf(ask),
    async cancelPull(ask) {
      const runs = await runsOfPull(deps, ask);
      return cancelAll(runs, ask.by, 'nothing of the pull request runs');
    },
    allow: (ask, sha) => allow.pull(ask, sha),
    rerun: async (run, stages, by) => rerun({ run, stages, by, ask: await numbered(run, by) }),
    rerunFailed: async (run, by) => rerun({ run, stages: 'failed', by, ask: await numbered(run, by) }),
    rerunAs: rerun,
    async cancel(run, by) {
      const record = await store.load(run);
      return record === undefined
        ? refused(`there is no run ${String(run)}`)
        : cancelAll([record], by, `run ${String(run)} is over`);
    },
    allowRun: (run, by) => allow.run(run, by),
    start: (repository, ref, by, wish) => start.ref(repository, ref, by, wish),
  };
}

/** Its own, and its branch's of the commit that it stands at. */
async function runsOfPull(deps: OperationsDeps, { repository, pull }: Ask): Promise<readonly RunRecord[]> {
  const own = await deps.store.inScopes(repository.id, [pullScope(pull)]);
  const head = await deps.pulls.get(repository, pull);
  if (head === undefined || head.fork) return own;
  const twins = await deps.store.ofCommit(repository.id, head.sha);
  return [...own, ...twins.filter(({ scope }) => scope === branchScope(head.headRef))];
}

export function createEnquiries(deps: Pick<OperationsDeps, 'store' | 'pulls'>): Enquiries {
  return {
    ofPull: async (repository, pull) => (await pullHead(deps, repository, pull))?.run,
    why: (record, stage) => (record.plan.stages.length === 0 ? whyRun(record) : why(record, stage)),
  };
}
