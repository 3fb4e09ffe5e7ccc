import type { Account, Comment, PullRequest, Reaction, Repository } from './state/model.js';
import { commentView, issueView } from './views/comment.js';
import { emit } from './webhooks/emit.js';
import type { World } from './world.js';

/** Oldest first. */
export function commentsOf({ state }: World, repository: Repository, number: number): Comment[] {
  return [...state.comments.values()].filter(
    ({ pull }) => pull.base.repository === repository && pull.number === number,
  );
}

export function createComment(world: World, pull: PullRequest, author: Account, body: string): Comment {
  const at = world.now();
  const id = world.state.ids.next();
  const comment: Comment = { id, pull, author, createdAt: at, body, updatedAt: at, reactions: [] };
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
    issue: issueView(world, comment.pull),
    comment: commentView(world, comment),
    ...more,
  };
  emit(world, 'issue_comment', { repository: comment.pull.base.repository, sender }, fields);
  world.changes.announce();
}
