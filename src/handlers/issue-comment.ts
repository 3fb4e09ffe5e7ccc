import { z } from 'zod';
import type { Incoming } from '../runs/incoming.js';
import { COMMAND_NAMES } from './commands/all.js';
import { parseCommands } from './commands/parse.js';
import { ABOUT, actionOf, decode, delivered } from './payload.js';

const AUTHOR = z.object({ login: z.string(), type: z.string() });

const ISSUE_COMMENT = ABOUT.extend({
  issue: z.object({
    number: z.number().int().positive(),
    state: z.string(),
    // Only a pull request has one.
    pull_request: z.object({}).nullish(),
  }),
  comment: z.object({
    id: z.number().int(),
    // Null: the account is gone.
    user: AUTHOR.nullish(),
    body: z.string(),
    created_at: z.iso.datetime({ offset: true }),
  }),
  sender: AUTHOR,
});

/**
 * @returns undefined when nothing is to be done: an issue, a closed pull request, an edit, a bot's words (ours
 *   among them), or a comment that holds no command
 * @throws InvalidPayload
 */
export function decodeIssueComment(delivery: string, payload: unknown): Incoming | undefined {
  if (actionOf(payload) !== 'created') {
    return undefined;
  }
  const event = decode(ISSUE_COMMENT, payload);
  const { issue, comment, sender } = event;
  const isOpenPull =
    issue.state === 'open' && issue.pull_request !== undefined && issue.pull_request !== null;
  const isPersons = comment.user?.type === 'User' && sender.login === comment.user.login;
  if (!isOpenPull || !isPersons || parseCommands(comment.body, COMMAND_NAMES).length === 0) {
    return undefined;
  }
  return {
    kind: 'comment',
    ...delivered(delivery, event),
    pull: issue.number,
    comment: comment.id,
    by: sender.login,
    body: comment.body,
    at: Date.parse(comment.created_at),
  };
}
