import type { Account, CheckRun, CheckRunState, CheckSuite, Repository } from './state/model.js';
import { runsOf } from './views/check.js';
import { emitCheckRun, emitCheckSuite } from './webhooks/check.js';
import type { World } from './world.js';

/** The suite of our App on a commit; made when there is none. */
export function suiteOf(
  world: World,
  repository: Repository,
  headSha: string,
  pushed: { readonly branch: string | null; readonly before: string | null } = { branch: null, before: null },
): CheckSuite {
  const { state } = world;
  const known = [...state.checkSuites.values()].find(
    (suite) => suite.repository === repository && suite.headSha === headSha,
  );
  if (known !== undefined) return known;
  const at = world.now();
  const suite: CheckSuite = {
    id: state.ids.next(),
    repository,
    appId: state.app.id,
    headSha,
    headBranch: pushed.branch,
    before: pushed.before,
    createdAt: at,
    updatedAt: at,
    reset: false,
  };
  state.checkSuites.set(suite.id, suite);
  return suite;
}

export async function createCheckRun(
  world: World,
  repository: Repository,
  headSha: string,
  state: CheckRunState,
): Promise<CheckRun> {
  const run: CheckRun = {
    id: world.state.ids.next(),
    repository,
    appId: world.state.app.id,
    headSha,
    suite: suiteOf(world, repository, headSha),
    state,
    history: [{ at: world.now(), state }],
  };
  world.state.checkRuns.set(run.id, run);
  emitCheckRun(world, 'created', run, world.state.app.bot);
  await written(world, run, state.status === 'completed');
  return run;
}

export async function updateCheckRun(world: World, run: CheckRun, state: CheckRunState): Promise<void> {
  const wasCompleted = run.state.status === 'completed';
  run.state = state;
  run.history.push({ at: world.now(), state });
  await written(world, run, !wasCompleted && state.status === 'completed');
}

async function written(world: World, run: CheckRun, completedNow: boolean): Promise<void> {
  run.suite.updatedAt = world.now();
  run.suite.reset = false;
  world.changes.announce();
  if (!completedNow) return;
  const sender = world.state.app.bot;
  emitCheckRun(world, 'completed', run, sender);
  if (runsOf(world, run.suite).every((each) => each.state.status === 'completed'))
    await emitCheckSuite(world, 'completed', run.suite, sender);
}

/**
 * Someone asks for a check run again: the suite waits, the run itself stays as it is until its App decides.
 * https://docs.github.com/en/rest/checks/runs#rerequest-a-check-run
 */
export function rerequestRun(world: World, run: CheckRun, sender: Account): void {
  run.suite.reset = true;
  emitCheckRun(world, 'rerequested', run, sender);
}

/** The same for all runs of a suite. */
export async function rerequestSuite(world: World, suite: CheckSuite, sender: Account): Promise<void> {
  suite.reset = true;
  await emitCheckSuite(world, 'rerequested', suite, sender);
}

/** Oldest first. */
export function checkRunsOf({ state }: World, repository: Repository, sha?: string): CheckRun[] {
  return [...state.checkRuns.values()].filter(
    (run) => run.repository === repository && (sha === undefined || run.headSha === sha),
  );
}
