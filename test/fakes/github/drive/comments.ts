import { commentsOn, createComment, deleteComment, editComment } from '../comments.js';
import { closeIssue, openIssue } from '../issues.js';
import type { Comment, Issue, PullRequest, RepositoryName } from '../state/model.js';
import { actorOf, repositoryOf } from '../state/state.js';
import type { World } from '../world.js';
import { DEFAULT_USER } from './people.js';

/** What people say, on pull requests and on plain issues. `by` is a login. */
export interface Comments {
  add(on: Issue | PullRequest, by: string, body: string): Comment;
  /** By default its author does it. */
  edit(comment: Comment, body: string, by?: string): void;
  /** By default its author does it. */
  remove(comment: Comment, by?: string): void;
  /** Oldest first, with their reactions. */
  on(on: Issue | PullRequest): Comment[];
}

/** Issues that are no pull requests. */
export interface Issues {
  open(repository: RepositoryName, title: string, by?: string): Issue;
  close(issue: Issue): void;
}

export function createComments(world: World): Comments {
  const user = (login: string) => actorOf(world.state, login);
  return {
    add: (on, by, body) => createComment(world, on, user(by), body),
    edit: (comment, body, by = comment.author.login) => editComment(world, comment, user(by), body),
    remove: (comment, by = comment.author.login) => deleteComment(world, comment, user(by)),
    on: (on) => commentsOn(world, on),
  };
}

export function createIssues(world: World): Issues {
  return {
    open: (name, title, by = DEFAULT_USER) =>
      openIssue(world, {
        repository: repositoryOf(world.state, name),
        author: actorOf(world.state, by),
        title,
        body: null,
      }),
    close: (issue) => closeIssue(world, issue),
  };
}
