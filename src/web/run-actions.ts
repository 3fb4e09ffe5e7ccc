import type { Stages, Verdict } from '../runs/operations.js';
import type { WebContext } from './context.js';
import type { Actions, RunView } from './ports.js';

/** What people do with a run, by a form or by the API. */
export interface RunAction {
  /** Below the run's own. */
  readonly path: '/cancel' | '/rerun' | '/rerun-failed' | '/allow' | '/stages/:stage/rerun';
  /** Undefined: what the address names is not there. */
  readonly act: (
    run: RunView,
    login: string,
    c: WebContext,
    /** Of a re-run. Absent or empty: all. */
    stages?: Stages,
  ) => Promise<Verdict | undefined>;
}

export function runActions(operations: Actions['operations']): readonly RunAction[] {
  return [
    { path: '/cancel', act: ({ id }, login) => operations.cancel(id, login) },
    { path: '/rerun', act: ({ id }, login, _c, stages = []) => operations.rerun(id, stages, login) },
    { path: '/rerun-failed', act: ({ id }, login) => operations.rerunFailed(id, login) },
    { path: '/allow', act: ({ id }, login) => operations.allowRun(id, login) },
    {
      path: '/stages/:stage/rerun',
      act: async ({ id, plan }, login, c) => {
        const stage = plan.stages.find((one) => one.id === c.req.param('stage'));
        return stage && operations.rerun(id, [stage.id], login);
      },
    },
  ];
}
