import { type Comment, type PullRequest, REACTIONS, type Reaction } from '../state/model.js';
import type { Urls } from '../urls.js';
import type { World } from '../world.js';
import { accountView, appView, nodeId, timestamp } from './account.js';
import { association, pullSimpleView } from './pull.js';

export function commentView({ urls, state }: World, comment: Comment) {
  const { pull, author } = comment;
  const { repository } = pull.base;
  const api = `${urls.api}/repos/${repository.fullName}/issues`;
  const url = `${api}/comments/${comment.id}`;
  return {
    id: comment.id,
    node_id: nodeId('IC', comment.id),
    url,
    html_url: `${urls.web}/${repository.fullName}/pull/${pull.number}#issuecomment-${comment.id}`,
    issue_url: `${api}/${pull.number}`,
    user: accountView(urls, author),
    body: comment.body,
    created_at: timestamp(comment.createdAt),
    updated_at: timestamp(comment.updatedAt),
    author_association: association(repository, author),
    performed_via_github_app: author === state.app.bot ? appView(urls, state.app) : null,
    reactions: rollup(url, comment.reactions),
  };
}

/** A pull request as the issue that it also is. */
export function issueView({ urls, state }: World, pull: PullRequest) {
  const { repository } = pull.base;
  const api = `${urls.api}/repos/${repository.fullName}`;
  const url = `${api}/issues/${pull.number}`;
  const view = pullSimpleView(urls, pull);
  const comments = [...state.comments.values()].filter((comment) => comment.pull === pull);
  return {
    url,
    repository_url: api,
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: view.html_url,
    id: pull.id,
    node_id: view.node_id,
    number: pull.number,
    title: pull.title,
    body: pull.body,
    user: view.user,
    state: pull.state,
    locked: false,
    active_lock_reason: null,
    labels: [],
    assignee: null,
    assignees: [],
    milestone: null,
    comments: comments.length,
    created_at: view.created_at,
    updated_at: view.updated_at,
    closed_at: view.closed_at,
    author_association: view.author_association,
    draft: pull.draft,
    pull_request: {
      url: view.url,
      html_url: view.html_url,
      diff_url: view.diff_url,
      patch_url: view.patch_url,
      merged_at: view.merged_at,
    },
    reactions: rollup(url, []),
  };
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
