import { diffStat } from '../git/merge.js';
import type { PullRequest } from '../state/model.js';
import type { Urls } from '../urls.js';
import { accountView, nodeId, timestamp } from './account.js';
import { association } from './association.js';
import { repositoryView } from './repository.js';

type Side = PullRequest['head'];

/** As lists of pull requests hold it. */
export function pullSimpleView(urls: Urls, pull: PullRequest) {
  const { fullName } = pull.repository;
  const api = `${urls.api}/repos/${fullName}`;
  const url = `${api}/pulls/${pull.number}`;
  const web = `${urls.web}/${fullName}/pull/${pull.number}`;
  const links = {
    html_url: web,
    issue_url: `${api}/issues/${pull.number}`,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${api}/pulls/comments{/number}`,
    comments_url: `${api}/issues/${pull.number}/comments`,
    statuses_url: `${api}/statuses/${pull.head.sha}`,
  };
  return {
    url,
    id: pull.id,
    node_id: nodeId('PR', pull.id),
    number: pull.number,
    ...links,
    diff_url: `${web}.diff`,
    patch_url: `${web}.patch`,
    state: pull.state,
    locked: false,
    active_lock_reason: null,
    title: pull.title,
    body: pull.body,
    user: accountView(urls, pull.author),
    draft: pull.draft,
    labels: [],
    milestone: null,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    created_at: timestamp(pull.createdAt),
    updated_at: timestamp(pull.updatedAt),
    closed_at: pull.closedAt === undefined ? null : timestamp(pull.closedAt),
    merged_at: pull.merged === undefined ? null : timestamp(pull.merged.at),
    merge_commit_sha: pull.mergeSha ?? null,
    head: sideView(urls, pull.head),
    base: sideView(urls, pull.base),
    author_association: association(pull.repository, pull.author, 'pull request'),
    auto_merge: null,
    _links: {
      self: { href: url },
      html: { href: links.html_url },
      issue: { href: links.issue_url },
      comments: { href: links.comments_url },
      review_comments: { href: links.review_comments_url },
      review_comment: { href: links.review_comment_url },
      commits: { href: links.commits_url },
      statuses: { href: links.statuses_url },
    },
  };
}

/** Of `GET /repos/{owner}/{repo}/pulls/{number}` and of webhooks. */
export async function pullView(urls: Urls, pull: PullRequest) {
  return {
    ...pullSimpleView(urls, pull),
    merged: pull.merged !== undefined,
    merged_by: pull.merged === undefined ? null : accountView(urls, pull.merged.by),
    mergeable: pull.mergeable,
    rebaseable: pull.mergeable,
    mergeable_state: mergeableState(pull),
    comments: 0,
    review_comments: 0,
    maintainer_can_modify: false,
    ...(await diffStat(pull.repository.directory, pull.base.sha, pull.head.sha)),
  };
}

function mergeableState({ draft, mergeable }: PullRequest): 'draft' | 'clean' | 'dirty' {
  if (!mergeable) return 'dirty';
  return draft ? 'draft' : 'clean';
}

/** As checks hold it. */
export function pullMinimalView(urls: Urls, pull: PullRequest) {
  const side = ({ repository, branch, sha }: Side) => ({
    ref: branch,
    sha,
    repo: { id: repository.id, name: repository.name, url: `${urls.api}/repos/${repository.fullName}` },
  });
  return {
    id: pull.id,
    number: pull.number,
    url: `${urls.api}/repos/${pull.repository.fullName}/pulls/${pull.number}`,
    head: side(pull.head),
    base: side(pull.base),
  };
}

const sideView = (urls: Urls, { repository, branch, sha }: Side) => ({
  label: `${repository.owner.login}:${branch}`,
  ref: branch,
  sha,
  user: accountView(urls, repository.owner),
  // A fork may be gone while its pull request stays.
  repo: repository.deleted ? null : repositoryView(urls, repository),
});
