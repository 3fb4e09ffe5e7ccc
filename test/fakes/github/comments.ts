import type { Account, Comment, Issue, PullRequest, Reaction } from './state/model.js';
import { commentView, issueView } from './views/comment.js';
import { emit } from './webhooks/emit.js';
import type { World } from './world.js';

/** Oldest first. */
export function commentsOn({ state }: World, on: Issue | PullRequest): Comment[] {
  return [...state.comments.values()].filter((comment) => comment.on === on);
}

export function createComment(world: World, on: Issue | PullRequest, author: Account, body: string): Comment {
  const at = world.now();
  const id = world.state.ids.next();
  const comment: Comment = { id, on, author, createdAt: at, body, updatedAt: at, reactions: [] };
  world.state.comments.set(id, comment);
  tell(world, comment, 'created', author);
  return comment;
}

export function editComment(world: World, comment: Comment, by: Account, body: string): void {
  const from = comment.body;
  comment.body = body;
  comment.updatedAt = world.now();
  tell(world, comment, 'edited', by, { changes: { body: { from } } });
}

export function deleteComment(world: World, comment: Comment, by: Account): void {
  world.state.comments.delete(comment.id);
  tell(world, comment, 'deleted', by);
}

/** Someone's reaction of that content; the same one when it was there. */
export function react(
  world: World,
  comment: Comment,
  author: Account,
  content: Reaction['content'],
): { reaction: Reaction; isNew: boolean } {
  const known = comment.reactions.find((each) => each.author === author && each.content === content);
  if (known !== undefined) return { reaction: known, isNew: false };
  const reaction = { id: world.state.ids.next(), content, author, at: world.now() };
  comment.reactions.push(reaction);
  world.changes.announce();
  return { reaction, isNew: true };
}

function tell(
  world: World,
  comment: Comment,
  action: 'created' | 'edited' | 'deleted',
  sender: Account,
  more: object = {},
): void {
  const fields = {
    action,
    issue: issueView(world, comment.on),
    comment: commentView(world, comment),
    ...more,
  };
  emit(world, 'issue_comment', { repository: comment.on.repository, sender }, fields);
  world.changes.announce();
}
