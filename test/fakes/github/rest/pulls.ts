import { notFound } from '../http/api-error.js';
import { paginate } from '../http/pages.js';
import { json, onRepository, type RepositoryCall, type Route } from '../http/route.js';
import type { PullRequest } from '../state/model.js';
import { pullSimpleView, pullView } from '../views/pull.js';

export const pullRoutes: readonly Route[] = [
  onRepository('pulls/get', 'pull_requests:read', async (call) => {
    const number = Number(call.parameters['pull_number']);
    const pull = pullsOf(call).find((each) => each.number === number);
    if (pull === undefined) throw notFound();
    return json(await pullView(call.world.urls, pull));
  }),

  onRepository('pulls/list', 'pull_requests:read', (call) => {
    const { searchParams: query } = call.url;
    const state = query.get('state') ?? 'open';
    const found = pullsOf(call)
      .filter((pull) => state === 'all' || pull.state === state)
      .filter((pull) => is(query.get('base'), pull.base.branch))
      .filter(({ head }) => is(query.get('head'), `${head.repository.owner.login}:${head.branch}`));
    return list(call, found.toReversed());
  }),

  // GitHub lists those that have the commit anywhere; here it is the head that counts.
  onRepository('repos/list-pull-requests-associated-with-commit', 'pull_requests:read', (call) =>
    list(
      call,
      pullsOf(call).filter((pull) => pull.head.sha === call.parameters['commit_sha']),
    ),
  ),
];

const pullsOf = ({ world, repository }: RepositoryCall): PullRequest[] =>
  [...world.state.pulls.values()].filter(({ base }) => base.repository === repository);

function list({ world, url }: RepositoryCall, pulls: readonly PullRequest[]) {
  const page = paginate(pulls, url);
  return json(
    page.items.map((pull) => pullSimpleView(world.urls, pull)),
    page.headers,
  );
}

/** A filter that was not given lets everything through. */
const is = (wanted: string | null, value: string): boolean => wanted === null || wanted === value;
