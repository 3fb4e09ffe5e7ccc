import { describe, expect, test } from '@jest/globals';
import { decodeIssueComment } from '../../src/handlers/issue-comment.js';
import { changed, type Payload, payload, valid } from './payloads.js';

const CREATED = payload('issue-comment-created');

const decoded = (change: Payload = {}) => decodeIssueComment('d1', changed(CREATED, change));
const saying = (body: string) => decoded({ comment: { body } });

test('a new comment with a command is kept as it was written', () => {
  const event = decodeIssueComment('d1', valid('issue_comment', CREATED));
  const { comment, issue } = CREATED as unknown as {
    comment: { id: number; created_at: string };
    issue: { number: number };
  };
  expect(event).toMatchObject({
    kind: 'comment',
    delivery: 'd1',
    repository: { owner: 'octo-org', name: 'hello' },
    pull: issue.number,
    comment: comment.id,
    by: 'octocat',
    body: 'Thanks.\r\n\r\n/test',
    at: Date.parse(comment.created_at),
  });
});

test('one that is meant to hold a command is kept too', () => {
  expect(saying('/retset')).toMatchObject({ kind: 'comment', body: '/retset' });
});

describe('nothing is kept (row 13) of', () => {
  test.each(['', 'Thanks.', 'please /test', '> /test', '```\n/test\n```', '/lgtm', '／test'])(
    'a comment without a command: %j',
    (body) => {
      expect(saying(body)).toBeUndefined();
    },
  );

  test.each<[string, Payload]>([
    ['an edit', { action: 'edited' }],
    ['a deletion', { action: 'deleted' }],
    ['an action to come', { action: 'pinned' }],
    ['an issue that is no pull request', { issue: { pull_request: undefined } }],
    ['a closed pull request', { issue: { state: 'closed' } }],
    ['a bot’s comment', { comment: { user: { type: 'Bot' } } }],
    ['an organisation’s comment', { comment: { user: { type: 'Organization' } } }],
    ['a comment whose account is gone', { comment: { user: null } }],
    ['a comment that somebody else sends', { sender: { login: 'stranger' } }],
  ])('%s', (_name, change) => {
    expect(decoded()).toBeDefined();
    expect(decoded(change)).toBeUndefined();
  });
});
