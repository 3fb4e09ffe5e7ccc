import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type FakeGitHub, startGitHub } from './github.js';
import { call, installationToken } from './testing/client.js';

const NAME = 'octo-org/hello';
let github: FakeGitHub;
let token: string;

beforeAll(async () => {
  github = await startGitHub({ webhookUrl: 'http://127.0.0.1:9/nobody-listens' });
  await github.createRepository({ owner: 'octo-org', name: 'hello', files: { a: 'a' } });
  await github.push(NAME, { branch: 'topic', files: { b: 'b' } });
  await github.openPull(NAME, { branch: 'topic' });
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
  const { id } = github.comment(NAME, 1, '/retest', 'stranger');
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

test('a comment without words is refused', async () => {
  expect((await api('POST', '/1/comments', { body: ' ' })).status).toBe(422);
  expect(github.violations).toHaveLength(1);
  github.forgive();
});
