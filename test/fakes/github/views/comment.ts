import { type Comment, type Issue, type PullRequest, REACTIONS, type Reaction } from '../state/model.js';
import type { Urls } from '../urls.js';
import type { World } from '../world.js';
import { accountView, appView, nodeId, timestamp } from './account.js';
import { association } from './association.js';
import { pullSimpleView } from './pull.js';

export function commentView({ urls, state }: World, comment: Comment) {
  const { on, author } = comment;
  const { repository } = on;
  const api = `${urls.api}/repos/${repository.fullName}/issues`;
  const url = `${api}/comments/${comment.id}`;
  return {
    id: comment.id,
    node_id: nodeId('IC', comment.id),
    url,
    html_url: `${webUrl(urls, on)}#issuecomment-${comment.id}`,
    issue_url: `${api}/${on.number}`,
    user: accountView(urls, author),
    body: comment.body,
    created_at: timestamp(comment.createdAt),
    updated_at: timestamp(comment.updatedAt),
    author_association: association(repository, author, 'comment'),
    performed_via_github_app: author === state.app.bot ? appView(urls, state.app) : null,
    reactions: rollup(url, comment.reactions),
  };
}

const webUrl = (urls: Urls, { kind, repository, number }: Issue | PullRequest): string =>
  `${urls.web}/${repository.fullName}/${kind === 'pull' ? 'pull' : 'issues'}/${number}`;

/** An issue, or a pull request as the issue that it also is. */
export function issueView({ urls, state }: World, issue: Issue | PullRequest) {
  const { repository } = issue;
  const api = `${urls.api}/repos/${repository.fullName}`;
  const url = `${api}/issues/${issue.number}`;
  const comments = [...state.comments.values()].filter(({ on }) => on === issue);
  return {
    url,
    repository_url: api,
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: webUrl(urls, issue),
    id: issue.id,
    node_id: nodeId(issue.kind === 'pull' ? 'PR' : 'I', issue.id),
    number: issue.number,
    title: issue.title,
    body: issue.body,
    user: accountView(urls, issue.author),
    state: issue.state,
    locked: false,
    active_lock_reason: null,
    labels: [],
    assignee: null,
    assignees: [],
    milestone: null,
    comments: comments.length,
    created_at: timestamp(issue.createdAt),
    updated_at: timestamp(issue.updatedAt),
    closed_at: issue.closedAt === undefined ? null : timestamp(issue.closedAt),
    author_association: association(
      repository,
      issue.author,
      issue.kind === 'pull' ? 'pull request' : 'comment',
    ),
    reactions: rollup(url, []),
    ...(issue.kind === 'pull' ? pullFields(urls, issue) : {}),
  };
}

function pullFields(urls: Urls, pull: PullRequest) {
  const { url, html_url, diff_url, patch_url, merged_at } = pullSimpleView(urls, pull);
  return { draft: pull.draft, pull_request: { url, html_url, diff_url, patch_url, merged_at } };
}

export const reactionView = (urls: Urls, { id, author, content, at }: Reaction) => ({
  id,
  node_id: nodeId('REA', id),
  user: accountView(urls, author),
  content,
  created_at: timestamp(at),
});

function rollup(url: string, reactions: readonly Reaction[]) {
  const counts = REACTIONS.map((name) => [name, reactions.filter(({ content }) => content === name).length]);
  return {
    url: `${url}/reactions`,
    total_count: reactions.length,
    ...(Object.fromEntries(counts) as Record<Reaction['content'], number>),
  };
}
