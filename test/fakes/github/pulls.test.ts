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
  const first = await github.push(name, { branch: 'topic', files: { 'b.txt': 'b\n' } });
  const pull = await github.openPull(name, { branch: 'topic', draft: true });
  const second = await github.push(name, { branch: 'topic', files: { 'b.txt': 'bb\n' } });
  await github.readyPull(name, pull.number);
  await github.closePull(name, pull.number);
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
  const fork = await github.fork(name, 'mallory');
  const sha = await github.push(fork, { branch: 'topic', files: { 'evil.txt': 'x\n' }, by: 'mallory' });
  const pull = await github.openPull(name, { from: fork, branch: 'topic' });
  expect(told('push')).toEqual([]);
  expect(told('pull_request')).toMatchObject([
    {
      sender: { login: 'mallory' },
      pull_request: { head: { repo: { fork: true } }, author_association: 'NONE' },
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
  await github.push(name, { branch: 'topic', files: { 'a.txt': 'topic\n' } });
  const pull = await github.openPull(name, { branch: 'topic' });
  const merge = pull.mergeSha;
  expect(pull.mergeable).toBe(true);
  await github.push(name, { files: { 'a.txt': 'main\n' } });
  await github.push(name, { branch: 'topic', files: { 'a.txt': 'topic again\n' } });
  expect(pull).toMatchObject({ mergeable: false, mergeSha: merge });
});

test('pull requests are read by number, by state and by commit, and stand in their checks', async () => {
  const sha = await github.push(name, { branch: 'topic', files: { 'b.txt': 'b\n' } });
  await github.openPull(name, { branch: 'topic', title: 'One more' });
  const token = await installationToken(github, name);
  const get = async (path: string) => (await call(github, 'GET', `/repos/${name}${path}`, { token })).body;
  expect(await get('/pulls/1')).toMatchObject({ title: 'One more', mergeable: true, changed_files: 1 });
  expect(await get('/pulls?head=octo-org:topic')).toMatchObject([{ number: 1 }]);
  expect(await get('/pulls?state=closed')).toEqual([]);
  expect(await get(`/commits/${sha}/pulls`)).toMatchObject([{ number: 1 }]);
  const body = { name: 'test', head_sha: sha };
  const run = await call(github, 'POST', `/repos/${name}/check-runs`, { token, body });
  expect(run.body).toMatchObject({ pull_requests: [{ number: 1, head: { ref: 'topic', sha } }] });
  github.expectClean();
});
