import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type FakeGitHub, startGitHub } from './github.js';
import type { PullRequest } from './state/model.js';

const NAME = 'octo-org/hello';
let github: FakeGitHub;
let pull: PullRequest;

beforeEach(async () => {
  github = await startGitHub();
  await github.createRepository({ owner: 'octo-org', name: 'hello', files: { a: 'a' } });
  pull = await github.pulls.open(NAME, { from: 'topic', files: { b: 'b' } });
  github.webhooksTo('http://127.0.0.1:9/nobody-listens');
});

afterEach(async () => {
  await github.close();
});

const told = () =>
  github.deliveries
    .all()
    .map(({ event, request }) => ({ event, ...(JSON.parse(request.body) as Record<string, unknown>) }))
    .filter(({ event }) => event !== 'create' && event !== 'delete');

test('a merge group is a branch of its own, whose head is to be checked', async () => {
  const group = await github.queue.enqueue(pull, 'maintainer');
  const ref = `refs/heads/gh-readonly-queue/main/pr-1-${pull.base.sha}`;
  expect(told()).toMatchObject([
    { event: 'push', ref, after: group.headSha, created: true, sender: { type: 'Bot' } },
    { event: 'check_suite', action: 'requested', check_suite: { head_sha: group.headSha } },
    {
      event: 'merge_group',
      action: 'checks_requested',
      merge_group: { head_sha: group.headSha, head_ref: ref, base_ref: 'refs/heads/main' },
      sender: { login: 'maintainer' },
    },
  ]);
  github.expectClean();
});

test('a group that is merged moves the base branch, closes the pull request and goes', async () => {
  const group = await github.queue.enqueue(pull);
  const before = told().length;
  await github.queue.leave(group, 'merged');
  expect(told().slice(before)).toMatchObject([
    { event: 'push', ref: 'refs/heads/main', after: group.headSha },
    { event: 'pull_request', action: 'closed', pull_request: { merged: true } },
    { event: 'merge_group', action: 'destroyed', reason: 'merged' },
    { event: 'push', deleted: true, before: group.headSha },
  ]);
  github.expectClean();
});

test('a group that is thrown out leaves everything as it was', async () => {
  const group = await github.queue.enqueue(pull);
  await github.queue.leave(group, 'dequeued');
  expect(told().at(-2)).toMatchObject({ action: 'destroyed', reason: 'dequeued' });
  expect(pull.state).toBe('open');
  const again = await github.queue.enqueue(pull);
  expect(again.baseSha).toBe(group.baseSha);
  github.expectClean();
});

test('nothing with a conflict is queued', async () => {
  await github.push(NAME, { files: { b: 'another b' } });
  await expect(github.queue.enqueue(pull)).rejects.toThrow('conflict');
});
