import type { Comment } from '../../runs/incoming.js';
import type { Ask, Enquiries, Operations } from '../../runs/operations.js';
import type { Logger, PullRequests } from '../../runs/ports.js';
import type { Comments, Permissions, Reaction, Reactions, Replies } from '../ports.js';
import { COMMAND_NAMES, COMMANDS } from './all.js';
import type { Command, Result } from './command.js';
import { joinTests } from './join-tests.js';
import { type Asked, parseCommands } from './parse.js';
import { may } from './rights.js';

export interface CommandDeps {
  readonly operations: Operations;
  readonly enquiries: Enquiries;
  readonly pulls: PullRequests;
  readonly comments: Comments;
  readonly permissions: Permissions;
  readonly reactions: Reactions;
  readonly replies: Replies;
  readonly logger: Logger;
}

/**
 * Carries out the commands of a new comment, in its order. May be called again for the same comment: each has
 * one effect. Rejects when somebody who is needed cannot be asked; what was done by then is done.
 */
export type CarryOut = (comment: Comment) => Promise<void>;

export function createCarryOut(deps: CommandDeps): CarryOut {
  return async (comment) => {
    const asked = joinTests(parseCommands(comment.body, COMMAND_NAMES));
    if (asked.length === 0) return;
    const reason = await whyStale(deps, comment);
    if (reason !== undefined) {
      deps.logger.info({ comment: comment.comment, reason }, 'comment without effect');
      return;
    }
    const role = await deps.permissions.of(comment.repository, comment.by);
    const allowed = asked.filter((one) => may(role, needsOf(one)));
    if (allowed.length < asked.length) {
      // No words: anybody could fill our comment with them.
      await deps.reactions.add(comment.repository, comment.comment, '-1');
    }
    if (allowed.length > 0) await seen(deps, comment);
    for (const [place, one] of asked.entries()) {
      if (allowed.includes(one)) await answer(deps, comment, place, one);
    }
  };
}

/** Between the comment and now people may have thought better of it. Undefined: it is as it was. */
async function whyStale(
  { comments, pulls }: CommandDeps,
  { repository, comment, pull, body, by }: Comment,
): Promise<string | undefined> {
  const [written, asIs] = await Promise.all([
    comments.read(repository, comment),
    pulls.get(repository, pull),
  ]);
  if (written === undefined) return 'it was deleted';
  if (linesOf(written.body) !== linesOf(body) || written.by !== by) return 'it was edited';
  if (asIs?.state !== 'open') return 'the pull request is closed';
  return undefined;
}

/** Whether line breaks are one character or two is no edit. */
function linesOf(body: string): string {
  return body.replaceAll('\r\n', '\n');
}

function needsOf(asked: Asked): Command['needs'] {
  return commandOf(asked)?.needs ?? 'read';
}

function commandOf(asked: Asked): Command | undefined {
  return asked.kind === 'command' ? COMMANDS.find(({ name }) => name === asked.name) : undefined;
}

/** A sign of life, which is worth no second try: the command is. */
async function seen({ reactions, logger }: CommandDeps, { repository, comment }: Comment): Promise<void> {
  await reactions
    .add(repository, comment, 'eyes')
    .catch((err: unknown) => logger.warn({ err, comment }, 'comment taken without a sign'));
}

const REACTIONS: Readonly<Record<Result['kind'], Reaction>> = {
  done: 'rocket',
  answered: '+1',
  refused: 'confused',
};

async function answer(deps: CommandDeps, comment: Comment, place: number, asked: Asked): Promise<void> {
  const { repository, pull, by, at } = comment;
  const result = await resultOf(deps, { repository, pull, by, at }, asked);
  deps.logger.info({ comment: comment.comment, by, command: nameOf(asked), result: result.kind }, 'command');
  if (result.words !== undefined) {
    const { text: command } = asked;
    await deps.replies.say(repository, pull, {
      comment: comment.comment,
      place,
      by,
      command,
      words: result.words,
    });
  }
  await deps.reactions.add(repository, comment.comment, REACTIONS[result.kind]);
}

async function resultOf(deps: CommandDeps, ask: Ask, asked: Asked): Promise<Result> {
  const command = commandOf(asked);
  if (command !== undefined && asked.kind === 'command') {
    const { operations, enquiries } = deps;
    return await command.run({ ask, args: asked.args, operations, enquiries });
  }
  const meant = asked.kind === 'unknown' ? asked.meant : undefined;
  const hint = meant === undefined ? 'Write /cyclone help for a list.' : `Did you mean /${meant}?`;
  return { kind: 'refused', words: `There is no command ${nameOf(asked)}. ${hint}` };
}

function nameOf(asked: Asked): string {
  return asked.kind === 'command' ? asked.name : asked.word;
}
