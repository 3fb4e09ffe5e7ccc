import { isAncestor, readCommits } from '../git/commits.js';
import { diffFiles, mergeBase } from '../git/diff.js';
import { notFound } from '../http/api-error.js';
import { paginate } from '../http/pages.js';
import { json, onRepository, type RepositoryCall, type Route } from '../http/route.js';
import type { PullRequest } from '../state/model.js';
import { commitView, diffEntryView } from '../views/commit.js';
import { pullSimpleView, pullView } from '../views/pull.js';

// https://docs.github.com/en/rest/pulls/pulls
const MAX_FILES = 3000;
const MAX_COMMITS = 250;

export const pullRoutes: readonly Route[] = [
  onRepository('pulls/get', 'pull_requests:read', async (call) => {
    return json(await pullView(call.world.urls, find(call)));
  }),

  onRepository('pulls/list-files', 'pull_requests:read', async (call) => {
    const { repository, world, url } = call;
    const { base, head } = find(call);
    const root = await mergeBase(repository.directory, base.sha, head.sha);
    const files = root === undefined ? [] : await diffFiles(repository.directory, root, head.sha);
    const page = paginate(files.slice(0, MAX_FILES), url);
    return json(
      page.items.map((file) => diffEntryView(world.urls, repository, head.sha, file)),
      page.headers,
    );
  }),

  onRepository('pulls/list-commits', 'pull_requests:read', async (call) => {
    const { repository, world, url } = call;
    const { base, head } = find(call);
    const commits = await readCommits(repository.directory, ['--reverse', head.sha, `^${base.sha}`]);
    const page = paginate(commits.slice(0, MAX_COMMITS), url);
    return json(
      page.items.map((commit) => commitView(world.urls, repository, commit)),
      page.headers,
    );
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

  onRepository('repos/list-pull-requests-associated-with-commit', 'pull_requests:read', async (call) => {
    const sha = call.parameters['commit_sha'] ?? '';
    const all = pullsOf(call);
    const brings = await Promise.all(all.map((pull) => bringsCommit(pull, sha)));
    return list(
      call,
      all.filter((_, index) => brings[index]),
    );
  }),
];

function find(call: RepositoryCall): PullRequest {
  const number = Number(call.parameters['pull_number']);
  const pull = pullsOf(call).find((each) => each.number === number);
  if (pull === undefined) throw notFound();
  return pull;
}

const pullsOf = ({ world, repository }: RepositoryCall): PullRequest[] =>
  [...world.state.pulls.values()].filter((pull) => pull.repository === repository);

/** Is it one of its commits, or what it was merged as? */
async function bringsCommit({ repository, head, base, merged, mergeSha }: PullRequest, sha: string) {
  if (head.sha === sha || (merged !== undefined && mergeSha === sha)) return true;
  const { directory } = repository;
  return (await isAncestor(directory, sha, head.sha)) && !(await isAncestor(directory, sha, base.sha));
}

function list({ world, url }: RepositoryCall, pulls: readonly PullRequest[]) {
  const page = paginate(pulls, url);
  return json(
    page.items.map((pull) => pullSimpleView(world.urls, pull)),
    page.headers,
  );
}

/** A filter that was not given lets everything through. */
const is = (wanted: string | null, value: string): boolean => wanted === null || wanted === value;
