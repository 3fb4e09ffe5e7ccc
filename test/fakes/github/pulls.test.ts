import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type FakeGitHub, startGitHub } from './github.js';
import { call, installationToken } from './testing/client.js';
import { createPerson } from './testing/person.js';

const FILES = { 'a.txt': 'a\n' };
let github: FakeGitHub;
let count = 0;
let name: string;

beforeAll(async () => {
  github = await startGitHub({ webhookUrl: 'http://127.0.0.1:9/nobody-listens' });
});

afterAll(async () => {
  await github.close();
});

beforeEach(async () => {
  count += 1;
  name = `octo-org/hello-${count}`;
  await github.createRepository({ owner: 'octo-org', name: `hello-${count}`, files: FILES });
});

const told = (event: string): unknown[] =>
  github.deliveries
    .all(event)
    .filter(({ repositoryId }) => repositoryId === github.repository(name).id)
    .map(({ request }) => JSON.parse(request.body) as unknown);

test('a pull request is told when it opens, moves and closes', async () => {
  const pull = await github.pulls.open(name, { from: 'topic', files: { 'b.txt': 'b\n' }, draft: true });
  const first = pull.head.sha;
  const second = await github.pulls.push(pull, { files: { 'b.txt': 'bb\n' } });
  await github.pulls.ready(pull);
  await github.pulls.close(pull);
  expect(told('pull_request')).toMatchObject([
    {
      action: 'opened',
      number: 1,
      pull_request: { draft: true, head: { sha: first, ref: 'topic' }, base: { ref: 'main' }, commits: 1 },
    },
    {
      action: 'synchronize',
      before: first,
      after: second,
      pull_request: { head: { sha: second }, commits: 2 },
    },
    { action: 'ready_for_review', pull_request: { draft: false } },
    { action: 'closed', pull_request: { state: 'closed', merged: false } },
  ]);
  github.expectClean();
});

test("a fork's commits can be fetched and checked in the base repository", async () => {
  const files = { 'evil.txt': 'x\n' };
  const pull = await github.pulls.open(name, { from: 'topic', fork: 'mallory', files });
  const { sha } = pull.head;
  expect(told('push')).toEqual([]);
  expect(told('pull_request')).toMatchObject([
    {
      sender: { login: 'mallory' },
      pull_request: { head: { repo: { fork: true } }, author_association: 'FIRST_TIME_CONTRIBUTOR' },
    },
  ]);
  expect(told('check_suite')).toMatchObject([
    { check_suite: { head_sha: sha, head_branch: null, pull_requests: [] } },
  ]);

  const person = await createPerson();
  try {
    const refs = await person.git('ls-remote', github.pushUrl(name), `refs/pull/${pull.number}/*`);
    expect(refs).toContain(`${sha}\trefs/pull/1/head`);
    expect(refs).toContain('refs/pull/1/merge');
  } finally {
    await person.leave();
  }
  const token = await installationToken(github, name);
  const body = { name: 'test', head_sha: sha };
  expect((await call(github, 'POST', `/repos/${name}/check-runs`, { token, body })).status).toBe(201);
  github.expectClean();
});

test('a conflict leaves the trial merge as it was', async () => {
  const pull = await github.pulls.open(name, { from: 'topic', files: { 'a.txt': 'topic\n' } });
  const merge = pull.mergeSha;
  expect(pull.mergeable).toBe(true);
  await github.push(name, { files: { 'a.txt': 'main\n' } });
  await github.pulls.push(pull, { files: { 'a.txt': 'topic again\n' } });
  expect(pull).toMatchObject({ mergeable: false, mergeSha: merge });
  await expect(github.pulls.merge(pull)).rejects.toThrow('conflict');
});

test('pull requests are read by number, by state and by commit, and stand in their checks', async () => {
  const files = { 'b.txt': 'b\n' };
  const { head, base } = await github.pulls.open(name, { from: 'topic', files, title: 'One more' });
  const { sha } = head;
  const token = await installationToken(github, name);
  const get = async (path: string) => (await call(github, 'GET', `/repos/${name}${path}`, { token })).body;
  expect(await get('/pulls/1')).toMatchObject({ title: 'One more', mergeable: true, changed_files: 1 });
  expect(await get('/pulls/1/files')).toMatchObject([{ filename: 'b.txt', status: 'added', additions: 1 }]);
  expect(await get('/pulls/1/commits')).toMatchObject([{ sha }]);
  expect(await get('/issues/1')).toMatchObject({ title: 'One more', pull_request: { merged_at: null } });
  expect(await get('/pulls?head=octo-org:topic')).toMatchObject([{ number: 1 }]);
  expect(await get('/pulls?state=closed')).toEqual([]);
  expect(await get(`/commits/${sha}/pulls`)).toMatchObject([{ number: 1 }]);
  const next = await github.push(name, { branch: 'topic', files: { 'b.txt': 'bb\n' } });
  expect(await get(`/commits/${sha}/pulls`)).toMatchObject([{ number: 1, head: { sha: next } }]);
  expect(await get(`/commits/${base.sha}/pulls`)).toEqual([]);
  const body = { name: 'test', head_sha: next };
  const run = await call(github, 'POST', `/repos/${name}/check-runs`, { token, body });
  expect(run.body).toMatchObject({ pull_requests: [{ number: 1, head: { ref: 'topic', sha: next } }] });
  github.expectClean();
});

test('a pull request is edited, made a draft, closed and opened again', async () => {
  await github.push(name, { branch: 'release', files: { 'r.txt': 'r\n' } });
  const pull = await github.pulls.open(name, { from: 'topic', files: { 'b.txt': 'b\n' } });
  await github.pulls.edit(pull, { title: 'Better', into: 'release' }, 'hubot');
  await github.pulls.draft(pull);
  await github.pulls.close(pull);
  await github.pulls.reopen(pull);
  expect(told('pull_request').slice(1)).toMatchObject([
    {
      action: 'edited',
      sender: { login: 'hubot' },
      changes: { title: { from: 'Merge topic' }, base: { ref: { from: 'main' } } },
      pull_request: { title: 'Better', base: { ref: 'release' } },
    },
    { action: 'converted_to_draft', pull_request: { draft: true, mergeable_state: 'draft' } },
    { action: 'closed', pull_request: { state: 'closed', merged: false } },
    { action: 'reopened', pull_request: { state: 'open', closed_at: null } },
  ]);
  github.expectClean();
});

test('a merge pushes the base branch and makes its author a contributor', async () => {
  const open = (from: string) =>
    github.pulls.open(name, { from, fork: 'newcomer', files: { [`${from}.txt`]: 'x\n' } });
  const first = await open('one');
  const sha = await github.pulls.merge(first);
  await open('two');
  expect(told('push')).toMatchObject([{ ref: 'refs/heads/main', after: sha, sender: { login: 'octocat' } }]);
  expect(told('pull_request')).toMatchObject([
    { action: 'opened', pull_request: { author_association: 'FIRST_TIME_CONTRIBUTOR' } },
    { action: 'closed', pull_request: { merged: true, merged_by: { login: 'octocat' } } },
    { action: 'opened', pull_request: { author_association: 'CONTRIBUTOR' } },
  ]);
  await expect(github.pulls.reopen(first)).rejects.toThrow('merged');
  github.expectClean();
});

test('a branch that is rewritten or removed takes its pull request along', async () => {
  const pull = await github.pulls.open(name, { from: 'topic', files: { 'b.txt': 'b\n' } });
  const before = pull.head.sha;
  const after = await github.pulls.push(pull, { files: { 'c.txt': 'c\n' }, from: 'main' });
  expect(told('push').at(-1)).toMatchObject({ forced: true, before, after });
  expect(told('pull_request').at(-1)).toMatchObject({ action: 'synchronize', before, after });
  await github.removeBranch(name, 'topic');
  expect(told('push').at(-1)).toMatchObject({ deleted: true, before: after, head_commit: null });
  expect(told('pull_request').at(-1)).toMatchObject({ action: 'closed' });
  github.expectClean();
});
