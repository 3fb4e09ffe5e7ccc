import { type Commit, type FileChange, readCommit, type Signature } from '../git/commits.js';
import type { FileDiff } from '../git/diff.js';
import type { Repository } from '../state/model.js';
import type { Urls } from '../urls.js';
import { nodeId, timestamp } from './account.js';

const unsigned = { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null };

const person = ({ name, email, date }: Signature) => ({ name, email, date: timestamp(date) });

const commitNodeId = (repository: Repository, sha: string): string =>
  nodeId('C', repository.id) + sha.slice(0, 12);

/** Of `GET /repos/{owner}/{repo}/git/commits/{sha}`. */
export function gitCommitView(urls: Urls, repository: Repository, commit: Commit) {
  const url = `${urls.api}/repos/${repository.fullName}/git`;
  const web = `${urls.web}/${repository.fullName}/commit`;
  return {
    sha: commit.sha,
    node_id: commitNodeId(repository, commit.sha),
    url: `${url}/commits/${commit.sha}`,
    html_url: `${web}/${commit.sha}`,
    author: person(commit.author),
    committer: person(commit.committer),
    message: commit.message,
    tree: { sha: commit.tree, url: `${url}/trees/${commit.tree}` },
    parents: commit.parents.map((sha) => ({ sha, url: `${url}/commits/${sha}`, html_url: `${web}/${sha}` })),
    verification: unsigned,
  };
}

/** Of `GET /repos/{owner}/{repo}/commits/{ref}`. */
export function commitView(urls: Urls, repository: Repository, commit: Commit) {
  const url = `${urls.api}/repos/${repository.fullName}`;
  const web = `${urls.web}/${repository.fullName}/commit`;
  return {
    sha: commit.sha,
    node_id: commitNodeId(repository, commit.sha),
    url: `${url}/commits/${commit.sha}`,
    html_url: `${web}/${commit.sha}`,
    comments_url: `${url}/commits/${commit.sha}/comments`,
    commit: {
      url: `${url}/git/commits/${commit.sha}`,
      author: person(commit.author),
      committer: person(commit.committer),
      message: commit.message,
      comment_count: 0,
      tree: { sha: commit.tree, url: `${url}/git/trees/${commit.tree}` },
      verification: unsigned,
    },
    // Nobody's address is known here, as for a commit of someone without an account.
    author: {},
    committer: {},
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${url}/commits/${sha}`,
      html_url: `${web}/${sha}`,
    })),
  };
}

/** As check suites and merge groups hold it. @throws Error when it is not there */
export async function commitSummary(repository: Repository, sha: string) {
  const commit = await readCommit(repository.directory, sha);
  if (commit === undefined) throw new Error(`no commit ${sha} in ${repository.fullName}`);
  return {
    id: commit.sha,
    tree_id: commit.tree,
    message: commit.message,
    timestamp: timestamp(commit.committer.date),
    author: { name: commit.author.name, email: commit.author.email },
    committer: { name: commit.committer.name, email: commit.committer.email },
  };
}

/** As pushes hold it. */
export function pushCommitView(
  urls: Urls,
  repository: Repository,
  commit: Commit,
  more: { readonly distinct: boolean; readonly changes: readonly FileChange[] },
) {
  const paths = (status: FileChange['status']): string[] =>
    more.changes.filter((change) => change.status === status).map(({ path }) => path);
  return {
    id: commit.sha,
    tree_id: commit.tree,
    distinct: more.distinct,
    message: commit.message,
    timestamp: commit.committer.date,
    url: `${urls.web}/${repository.fullName}/commit/${commit.sha}`,
    author: commit.author,
    committer: commit.committer,
    added: paths('added'),
    removed: paths('removed'),
    modified: paths('modified'),
  };
}

/** A file as comparisons and pull requests list it; `head` is the commit that has it. */
export function diffEntryView(urls: Urls, repository: Repository, head: string, file: FileDiff) {
  const { path, previous, sha, status, additions, deletions } = file;
  const where = path.split('/').map(encodeURIComponent).join('/');
  const web = `${urls.web}/${repository.fullName}`;
  return {
    sha,
    filename: path,
    status,
    additions,
    deletions,
    changes: additions + deletions,
    blob_url: `${web}/blob/${head}/${where}`,
    raw_url: `${web}/raw/${head}/${where}`,
    contents_url: `${urls.api}/repos/${repository.fullName}/contents/${where}?ref=${head}`,
    ...(previous === undefined ? {} : { previous_filename: previous }),
  };
}
