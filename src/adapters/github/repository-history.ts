import type { Repository } from '../../pipeline/model.js';
import type { Newest, RepositoryHistory } from '../../runs/ports.js';
import type { Clients } from './clients.js';
import { GitHubFailure } from './failure.js';

/** GitHub lists so many files of a comparison; https://docs.github.com/en/rest/commits/commits#compare-two-commits */
const MOST_FILES = 300;

/** Rejects with GitHubFailure. */
export function createRepositoryHistory(clients: Clients): RepositoryHistory {
  const at = ({ owner, name }: Repository) => ({ owner, repo: name });

  /** Undefined: gone. Its name may have changed, or be another's by now. */
  const asItIs = async (known: Repository): Promise<Repository | undefined> => {
    const octokit = clients.installation(known.installationId);
    const answer = await orGone(octokit.request('GET /repos/{owner}/{repo}', at(known)));
    if (answer?.data.id !== known.id) return undefined;
    const { data } = answer;
    return {
      ...known,
      owner: data.owner.login,
      name: data.name,
      private: data.private,
      cloneUrl: data.clone_url,
      htmlUrl: data.html_url,
      defaultBranch: data.default_branch,
    };
  };

  return {
    async newest(known, wanted): Promise<Newest> {
      const repository = await asItIs(known);
      if (repository === undefined) return { kind: 'no_repository' };
      const branch = wanted ?? repository.defaultBranch;
      const octokit = clients.installation(repository.installationId);
      const route = 'GET /repos/{owner}/{repo}/branches/{branch}';
      const answer = await orGone(octokit.request(route, { ...at(repository), branch }));
      if (answer === undefined) return { kind: 'no_branch', branch };
      const { sha, commit } = answer.data.commit;
      return { kind: 'commit', repository, branch, sha, message: commit.message };
    },
    async changed(repository, base, head) {
      const octokit = clients.installation(repository.installationId);
      // One commit a page: the files come with the first page whatever its size.
      const what = { ...at(repository), basehead: `${base}...${head}`, per_page: 1 };
      const answer = await orGone(octokit.request('GET /repos/{owner}/{repo}/compare/{basehead}', what));
      const files = answer?.data.files;
      if (files === undefined || files.length >= MOST_FILES) return undefined;
      return files.flatMap(({ filename, previous_filename: previous }) =>
        previous === undefined ? [filename] : [filename, previous],
      );
    },
    async commit(repository, ref) {
      const octokit = clients.installation(repository.installationId);
      // `heads/main`, `tags/v1`: with `refs/` in front GitHub knows none.
      const what = { ...at(repository), ref: ref.replace(/^refs\//, '') };
      const answer = await orGone(
        octokit.request('GET /repos/{owner}/{repo}/commits/{ref}', what),
        NO_COMMIT,
      );
      return answer && { sha: answer.data.sha, message: answer.data.commit.message };
    },
  };
}

/** GitHub says of a commit that is not there that it cannot be processed. */
const NO_COMMIT = 422;

/** Undefined: there is no such thing, or no installation any more that could see it. */
export async function orGone<T>(answer: Promise<T>, alsoStatus = 404): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    const isGone =
      error instanceof GitHubFailure &&
      (error.status === 404 || error.status === alsoStatus) &&
      ['refused', 'no_token', 'forbidden'].includes(error.kind);
    if (isGone) return undefined;
    throw error;
  }
}
