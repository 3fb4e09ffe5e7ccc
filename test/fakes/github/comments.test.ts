import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type FakeGitHub, startGitHub } from './github.js';
import type { PullRequest } from './state/model.js';
import { call, installationToken } from './testing/client.js';

const NAME = 'octo-org/hello';
let github: FakeGitHub;
let token: string;
let pull: PullRequest;

beforeAll(async () => {
  github = await startGitHub({ webhookUrl: 'http://127.0.0.1:9/nobody-listens' });
  await github.createRepository({ owner: 'octo-org', name: 'hello', files: { a: 'a' } });
  pull = await github.pulls.open(NAME, { from: 'topic', files: { b: 'b' } });
  token = await installationToken(github, NAME);
});

afterAll(async () => {
  await github.close();
});

const told = (): unknown[] =>
  github.deliveries.all('issue_comment').map(({ request }) => JSON.parse(request.body) as unknown);
const api = <T = unknown>(method: string, path: string, body?: unknown) =>
  call<T>(github, method, `/repos/${NAME}/issues${path}`, { token, ...(body === undefined ? {} : { body }) });

test("a person's comment is told, and answered with reactions", async () => {
  const { id } = github.comments.add(pull, 'stranger', '/retest');
  expect(told().at(-1)).toMatchObject({
    action: 'created',
    issue: { number: 1, pull_request: { url: `${github.apiUrl}/repos/${NAME}/pulls/1` }, state: 'open' },
    comment: { id, body: '/retest', author_association: 'NONE', user: { login: 'stranger' } },
  });
  const eyes = await api<{ id: number }>('POST', `/comments/${id}/reactions`, { content: 'eyes' });
  expect(eyes.status).toBe(201);
  expect((await api('POST', `/comments/${id}/reactions`, { content: 'eyes' })).status).toBe(200);
  expect((await api('GET', `/comments/${id}`)).body).toMatchObject({
    reactions: { eyes: 1, total_count: 1 },
  });
  expect((await api('DELETE', `/comments/${id}/reactions/${eyes.body.id}`)).status).toBe(204);
  expect((await api('GET', `/comments/${id}/reactions`)).body).toEqual([]);
  github.expectClean();
});

test("the App's comment is its bot's, and is told when it is edited and deleted", async () => {
  const { body } = await api<{ id: number }>('POST', '/1/comments', { body: 'one' });
  await api('PATCH', `/comments/${body.id}`, { body: 'two' });
  expect((await api('GET', '/1/comments')).body).toContainEqual(
    expect.objectContaining({ id: body.id, body: 'two' }),
  );
  expect((await api('DELETE', `/comments/${body.id}`)).status).toBe(204);
  expect((await api('GET', `/comments/${body.id}`)).status).toBe(404);
  const sender = { login: 'cyclone[bot]', type: 'Bot' };
  expect(told().slice(-3)).toMatchObject([
    { action: 'created', sender, comment: { performed_via_github_app: { id: github.appId } } },
    { action: 'edited', changes: { body: { from: 'one' } } },
    { action: 'deleted', comment: { body: 'two' } },
  ]);
  github.expectClean();
});

test('a comment without words is refused, and one with too many', async () => {
  expect((await api('POST', '/1/comments', { body: ' ' })).status).toBe(422);
  expect((await api('POST', '/1/comments', { body: 'x'.repeat(65_537) })).status).toBe(422);
  expect(github.violations).toHaveLength(2);
  github.forgive();
  expect((await api('POST', '/1/comments', { body: 'x'.repeat(65_536) })).status).toBe(201);
});

test('a comment on a plain issue says nothing of a pull request; a closed one can be talked about', async () => {
  const issue = github.issues.open(NAME, 'It does not work', 'stranger');
  github.comments.add(issue, 'stranger', '/test');
  expect(told().at(-1)).toMatchObject({ issue: { number: issue.number, title: 'It does not work' } });
  expect(told().at(-1)).not.toHaveProperty('issue.pull_request');
  github.issues.close(issue);
  const comment = github.comments.add(issue, 'stranger', 'again');
  expect(told().at(-1)).toMatchObject({ issue: { state: 'closed', comments: 2 } });
  expect((await api('POST', `/${issue.number}/comments`, { body: 'sorry' })).status).toBe(201);
  github.comments.edit(comment, 'again and again');
  github.comments.remove(comment, 'octocat');
  expect(told().slice(-2)).toMatchObject([
    { action: 'edited', sender: { login: 'stranger' }, changes: { body: { from: 'again' } } },
    { action: 'deleted', sender: { login: 'octocat' }, comment: { user: { login: 'stranger' } } },
  ]);
  github.expectClean();
});

test('comments are listed by pages, and those changed since a time', async () => {
  const issue = github.issues.open(NAME, 'Many words');
  const comments = ['one', 'two', 'three'].map((body) => github.comments.add(issue, 'octocat', body));
  const list = async (query: string) =>
    (await api<{ body: string }[]>('GET', `/${issue.number}/comments?${query}`)).body.map(({ body }) => body);
  expect(await list('per_page=2&page=2')).toEqual(['three']);
  const [first] = comments;
  if (first !== undefined) first.updatedAt = Date.now() + 60_000;
  expect(await list(`since=${new Date(Date.now() + 30_000).toISOString()}`)).toEqual(['one']);
});

test('who speaks stands to the repository as the payload says', () => {
  github.people.add(NAME, 'member', { permission: 'write', association: 'MEMBER' });
  github.people.add(NAME, 'helper', { permission: 'triage' });
  github.people.add(NAME, 'known', { association: 'CONTRIBUTOR' });
  const said = ['octo-org', 'octocat', 'member', 'helper', 'known', 'nobody'].map((login) => {
    github.comments.add(pull, login, 'hello');
    return told().at(-1);
  });
  expect(said).toMatchObject(
    ['OWNER', 'MEMBER', 'MEMBER', 'COLLABORATOR', 'CONTRIBUTOR', 'NONE'].map((association) => ({
      comment: { author_association: association },
    })),
  );
  github.comments.add(pull, 'dependabot[bot]', '@dependabot rebase');
  expect(told().at(-1)).toMatchObject({ sender: { type: 'Bot' }, comment: { user: { type: 'Bot' } } });
  github.people.remove(NAME, 'helper');
  github.comments.add(pull, 'helper', 'bye');
  expect(told().at(-1)).toMatchObject({ comment: { author_association: 'NONE' } });
});
