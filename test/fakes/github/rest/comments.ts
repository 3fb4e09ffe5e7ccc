import { commentsOn, createComment, deleteComment, editComment, react } from '../comments.js';
import { invalid, notFound } from '../http/api-error.js';
import { paginate } from '../http/pages.js';
import { created, json, onRepository, type RepositoryCall, type Route } from '../http/route.js';
import { findByNumber } from '../issues.js';
import type { Account, Comment, Issue, PullRequest, Reaction } from '../state/model.js';
import { commentView, issueView, reactionView } from '../views/comment.js';

// https://docs.github.com/en/rest/issues/comments
const MAX_BODY = 65_536;

export const commentRoutes: readonly Route[] = [
  onRepository('issues/get', 'issues:read', (call) => json(issueView(call.world, thread(call)))),

  onRepository('issues/list-comments', 'issues:read', (call) => {
    const since = Date.parse(call.url.searchParams.get('since') ?? '');
    const found = commentsOn(call.world, thread(call)).filter(
      ({ updatedAt }) => Number.isNaN(since) || updatedAt >= since,
    );
    const page = paginate(found, call.url);
    return json(
      page.items.map((comment) => commentView(call.world, comment)),
      page.headers,
    );
  }),

  onRepository('issues/create-comment', 'issues:write', (call) => {
    const { world } = call;
    return created(commentView(world, createComment(world, thread(call), author(call), bodyOf(call))));
  }),

  onRepository('issues/get-comment', 'issues:read', (call) => json(commentView(call.world, find(call)))),

  onRepository('issues/update-comment', 'issues:write', (call) => {
    const comment = find(call);
    editComment(call.world, comment, author(call), bodyOf(call));
    return json(commentView(call.world, comment));
  }),

  onRepository('issues/delete-comment', 'issues:write', (call) => {
    deleteComment(call.world, find(call), author(call));
    return { status: 204 };
  }),

  onRepository('reactions/list-for-issue-comment', 'issues:read', (call) => {
    const content = call.url.searchParams.get('content');
    const shown = find(call).reactions.filter((each) => content === null || each.content === content);
    const page = paginate(shown, call.url);
    return json(
      page.items.map((reaction) => reactionView(call.world.urls, reaction)),
      page.headers,
    );
  }),

  onRepository('reactions/create-for-issue-comment', 'issues:write', (call) => {
    const { content } = call.body as Pick<Reaction, 'content'>;
    const { reaction, isNew } = react(call.world, find(call), author(call), content);
    const view = reactionView(call.world.urls, reaction);
    return isNew ? created(view) : json(view);
  }),

  onRepository('reactions/delete-for-issue-comment', 'issues:write', (call) => {
    const { reactions } = find(call);
    const at = reactions.findIndex(({ id }) => id === Number(call.parameters['reaction_id']));
    if (at < 0) throw notFound();
    reactions.splice(at, 1);
    call.world.changes.announce();
    return { status: 204 };
  }),
];

function thread({ world, repository, parameters }: RepositoryCall): Issue | PullRequest {
  const found = findByNumber(world, repository, Number(parameters['issue_number']));
  if (found === undefined) throw notFound();
  return found;
}

function find({ world, repository, parameters }: RepositoryCall): Comment {
  const comment = world.state.comments.get(Number(parameters['comment_id']));
  if (comment === undefined || comment.on.repository !== repository) throw notFound();
  return comment;
}

/** An App writes as its bot. */
function author({ world, principal }: RepositoryCall): Account {
  return principal.kind === 'user' ? principal.account : world.state.app.bot;
}

function bodyOf(call: RepositoryCall): string {
  const { body } = call.body as { body: string };
  if (body.trim() !== '' && body.length <= MAX_BODY) return body;
  throw invalid({
    resource: 'IssueComment',
    field: 'body',
    code: 'custom',
    message:
      body.length > MAX_BODY ? 'body is too long (maximum is 65536 characters)' : 'body cannot be blank',
  });
}
