import { rerequestSuite, suiteOf } from '../checks.js';
import { resolveCommit } from '../git/commits.js';
import { ApiError, notFound } from '../http/api-error.js';
import { paginate } from '../http/pages.js';
import { created, json, onRepository, type RepositoryCall, type Route } from '../http/route.js';
import type { CheckSuite } from '../state/model.js';
import { checkSuiteView, runsOf } from '../views/check.js';

export const checkSuiteRoutes: readonly Route[] = [
  onRepository('checks/create-suite', 'checks:write', async (call) => {
    const sha = await commitOf(call, (call.body as { head_sha: string }).head_sha);
    const known = suitesOn(call, sha).length > 0;
    const view = await checkSuiteView(call.world, suiteOf(call.world, call.repository, sha));
    return known ? json(view) : created(view);
  }),

  onRepository('checks/get-suite', 'checks:read', async (call) =>
    json(await checkSuiteView(call.world, find(call))),
  ),

  onRepository('checks/rerequest-suite', 'checks:write', async (call) => {
    await rerequestSuite(call.world, find(call), call.world.state.app.bot);
    return created({});
  }),

  onRepository('checks/list-suites-for-ref', 'checks:read', async (call) => {
    const { world, url } = call;
    const sha = await commitOf(call, call.parameters['ref'] ?? '');
    const app = url.searchParams.get('app_id');
    const name = url.searchParams.get('check_name');
    const suites = suitesOn(call, sha)
      .filter((suite) => app === null || String(suite.appId) === app)
      .filter((suite) => name === null || runsOf(world, suite).some((run) => run.state.name === name));
    const page = paginate(suites, url);
    const views = await Promise.all(page.items.map((suite) => checkSuiteView(world, suite)));
    return json({ total_count: suites.length, check_suites: views }, page.headers);
  }),
];

function suitesOn({ world, repository }: RepositoryCall, sha: string): CheckSuite[] {
  const suites = [...world.state.checkSuites.values()];
  return suites.filter((suite) => suite.repository === repository && suite.headSha === sha);
}

function find({ world, repository, parameters }: RepositoryCall): CheckSuite {
  const suite = world.state.checkSuites.get(Number(parameters['check_suite_id']));
  if (suite === undefined || suite.repository !== repository) throw notFound();
  return suite;
}

async function commitOf({ repository }: RepositoryCall, ref: string): Promise<string> {
  const sha = await resolveCommit(repository.directory, ref);
  if (sha === undefined) throw new ApiError(422, `No commit found for SHA: ${ref}`);
  return sha;
}
