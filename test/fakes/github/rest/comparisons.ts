import { readCommits, resolveCommit } from '../git/commits.js';
import { diffFiles, mergeBase } from '../git/diff.js';
import { notFound } from '../http/api-error.js';
import { paginate } from '../http/pages.js';
import { json, onRepository, type Route } from '../http/route.js';
import { commitView, diffEntryView } from '../views/commit.js';

// https://docs.github.com/en/rest/commits/commits#compare-two-commits
const MAX_FILES = 300;

export const comparisonRoutes: readonly Route[] = [
  onRepository('repos/compare-commits-with-basehead', 'contents:read', async (call) => {
    const { world, repository, url, parameters } = call;
    const { directory } = repository;
    const [from = '', to = ''] = (parameters['basehead'] ?? '').split('...', 2);
    const [base, head] = await Promise.all([resolveCommit(directory, from), resolveCommit(directory, to)]);
    const root =
      base === undefined || head === undefined ? undefined : await mergeBase(directory, base, head);
    // Also without a common ancestor.
    if (base === undefined || head === undefined || root === undefined) throw notFound();
    const ahead = await readCommits(directory, ['--reverse', head, `^${base}`]);
    const behind = await readCommits(directory, [base, `^${head}`]);
    const [first] = await readCommits(directory, ['--no-walk', base, '--']);
    const [fork] = await readCommits(directory, ['--no-walk', root, '--']);
    if (first === undefined || fork === undefined) throw notFound();
    const page = paginate(ahead, url);
    const isFirstPage = Number(url.searchParams.get('page') ?? 1) === 1;
    const view = (commit: typeof first) => commitView(world.urls, repository, commit);
    const api = `${world.urls.api}/repos/${repository.fullName}/compare/${from}...${to}`;
    const web = `${world.urls.web}/${repository.fullName}/compare/${from}...${to}`;
    return json(
      {
        url: api,
        html_url: web,
        permalink_url: web,
        diff_url: `${web}.diff`,
        patch_url: `${web}.patch`,
        base_commit: view(first),
        merge_base_commit: view(fork),
        status: statusOf(ahead.length, behind.length),
        ahead_by: ahead.length,
        behind_by: behind.length,
        total_commits: ahead.length,
        commits: page.items.map(view),
        // Whatever the size of a page, the files come with the first.
        files: isFirstPage
          ? (await diffFiles(directory, root, head))
              .slice(0, MAX_FILES)
              .map((file) => diffEntryView(world.urls, repository, head, file))
          : [],
      },
      page.headers,
    );
  }),
];

function statusOf(ahead: number, behind: number): string {
  if (ahead === 0) return behind === 0 ? 'identical' : 'behind';
  return behind === 0 ? 'ahead' : 'diverged';
}
