import { checkRunsOf, createCheckRun, rerequestRun, updateCheckRun } from '../checks.js';
import { readCommit, resolveCommit } from '../git/commits.js';
import { ApiError, invalid, notFound } from '../http/api-error.js';
import { paginate } from '../http/pages.js';
import { created, json, onRepository, type RepositoryCall, type Route } from '../http/route.js';
import type { CheckRun, CheckSuite } from '../state/model.js';
import { annotationView, checkRunView, latest } from '../views/check.js';
import { type CheckRunBody, nextState } from './check-run-state.js';

export const checkRunRoutes: readonly Route[] = [
  onRepository('checks/create', 'checks:write', async (call) => {
    const { world, repository } = call;
    onlyApps(call);
    const body = call.body as CheckRunBody & { head_sha: string };
    // Only a whole sha will do, and the commit must be here.
    const commit = /^[0-9a-f]{40}$/.test(body.head_sha)
      ? await readCommit(repository.directory, body.head_sha).catch(() => undefined)
      : undefined;
    if (commit === undefined)
      throw invalid({
        resource: 'CheckRun',
        field: 'head_sha',
        code: 'custom',
        message: `No commit found for SHA: ${body.head_sha}`,
      });
    const state = nextState(undefined, body, world.now());
    return created(checkRunView(world, await createCheckRun(world, repository, commit.sha, state)));
  }),

  onRepository('checks/get', 'checks:read', (call) => json(checkRunView(call.world, find(call)))),

  onRepository('checks/update', 'checks:write', async (call) => {
    const { world } = call;
    onlyApps(call);
    const run = find(call);
    if (run.appId !== world.state.app.id) throw new ApiError(403, 'Invalid app_id');
    await updateCheckRun(world, run, nextState(run.state, call.body as CheckRunBody, world.now()));
    return json(checkRunView(world, run));
  }),

  onRepository('checks/list-annotations', 'checks:read', (call) => {
    const run = find(call);
    const page = paginate(run.state.annotations, call.url);
    return json(
      page.items.map((annotation) => annotationView(call.world, run, annotation)),
      page.headers,
    );
  }),

  onRepository('checks/rerequest-run', 'checks:write', (call) => {
    const run = find(call);
    if (run.state.status !== 'completed') throw new ApiError(422, 'This check run is not rerequestable');
    rerequestRun(call.world, run, call.world.state.app.bot);
    return created({});
  }),

  onRepository('checks/list-for-ref', 'checks:read', async (call) => {
    const { world, repository, parameters } = call;
    const ref = parameters['ref'] ?? '';
    const sha = await resolveCommit(repository.directory, ref);
    if (sha === undefined) throw new ApiError(422, `No commit found for SHA: ${ref}`);
    return listRuns(call, checkRunsOf(world, repository, sha));
  }),

  onRepository('checks/list-for-suite', 'checks:read', (call) => {
    const suite = call.world.state.checkSuites.get(Number(call.parameters['check_suite_id']));
    if (suite === undefined || suite.repository !== call.repository) throw notFound();
    return listRuns(call, runsInSuite(call, suite));
  }),
];

const runsInSuite = ({ world, repository }: RepositoryCall, suite: CheckSuite): CheckRun[] =>
  checkRunsOf(world, repository).filter((run) => run.suite === suite);

function listRuns({ world, url }: RepositoryCall, runs: readonly CheckRun[]) {
  const { searchParams: query } = url;
  const shown = (query.get('filter') ?? 'latest') === 'latest' ? latest(runs) : runs;
  const found = shown
    .filter((run) => is(query.get('check_name'), run.state.name))
    .filter((run) => is(query.get('status'), run.state.status))
    .filter((run) => is(query.get('app_id'), String(run.appId)))
    .sort((a, b) => b.id - a.id);
  const page = paginate(found, url);
  const views = page.items.map((run) => checkRunView(world, run));
  return json({ total_count: found.length, check_runs: views }, page.headers);
}

/** A filter that was not given lets everything through. */
const is = (wanted: string | null, value: string): boolean => wanted === null || wanted === value;

function find({ world, repository, parameters }: RepositoryCall): CheckRun {
  const run = world.state.checkRuns.get(Number(parameters['check_run_id']));
  if (run === undefined || run.repository !== repository) throw notFound();
  return run;
}

function onlyApps({ principal }: RepositoryCall): void {
  if (principal.kind !== 'installation') throw new ApiError(403, 'You must authenticate via a GitHub App.');
}
