import { readCommit, readCommits, resolveCommit } from '../git/commits.js';
import { ApiError, notFound } from '../http/api-error.js';
import { paginate } from '../http/pages.js';
import { json, onRepository, type RepositoryCall, type Route } from '../http/route.js';
import { commitView, gitCommitView } from '../views/commit.js';

export const commitRoutes: readonly Route[] = [
  onRepository('repos/get-commit', 'contents:read', async (call) => {
    const { world, repository, accept } = call;
    const ref = call.parameters['ref'] ?? '';
    const sha = await resolveCommit(repository.directory, ref);
    if (sha === undefined) throw new ApiError(422, `No commit found for SHA: ${ref}`);
    if (/application\/vnd\.github\.(v3\.)?sha/.test(accept))
      return { status: 200, raw: { type: 'application/vnd.github.v3.sha', content: Buffer.from(sha) } };
    return json(commitView(world.urls, repository, await existing(call, sha)));
  }),

  onRepository('repos/list-commits', 'contents:read', async ({ world, repository, url }) => {
    const start = url.searchParams.get('sha') ?? repository.defaultBranch;
    const sha = await resolveCommit(repository.directory, start);
    if (sha === undefined) throw notFound();
    const path = url.searchParams.get('path');
    const commits = await readCommits(repository.directory, [sha, '--', ...(path === null ? [] : [path])]);
    const page = paginate(commits, url);
    return json(
      page.items.map((commit) => commitView(world.urls, repository, commit)),
      page.headers,
    );
  }),

  onRepository('git/get-commit', 'contents:read', async (call) =>
    json(
      gitCommitView(
        call.world.urls,
        call.repository,
        await existing(call, call.parameters['commit_sha'] ?? ''),
      ),
    ),
  ),
];

async function existing({ repository }: RepositoryCall, sha: string) {
  const found = /^[0-9a-f]{40}$/.test(sha) ? await resolveCommit(repository.directory, sha) : undefined;
  const commit = found === undefined ? undefined : await readCommit(repository.directory, found);
  if (commit === undefined) throw notFound();
  return commit;
}
