import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { appAt, type LoggedApp, newRepository } from './app.js';
import { type ScriptedServer, scriptedServer } from './scripted-server.js';

const TOKEN = 'github_pat_secret';

let server: ScriptedServer;
let app: LoggedApp;
beforeEach(async () => {
  server = await scriptedServer();
  app = appAt(server);
});
afterEach(() => server.close());

const role = (permission: string) => ({ body: { permission, role_name: permission, user: null } });

test('whose token it is, GitHub says', async () => {
  server.answer({ body: { login: 'wanda' } });
  expect(await app.people.whose(TOKEN)).toBe('wanda');
  expect(server.asked).toMatchObject([{ path: '/user', authorization: `token ${TOKEN}` }]);
});

test.each([401, 403])('answered with %i it is nobody’s', async (status) => {
  server.answer({ status, body: { message: 'Bad credentials' } });
  expect(await app.people.whose(TOKEN)).toBeUndefined();
});

test('GitHub away is not nobody, and says nothing of the token', async () => {
  server.answer({ status: 502, body: { message: 'Bad Gateway' } });
  const error: unknown = await app.people.whose(TOKEN).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ name: 'GitHubFailure', kind: 'unanswered' });
  expect(JSON.stringify(error) + String(error) + app.logged.join('')).not.toContain(TOKEN);
});

test.each([
  ['admin', 'write'],
  ['write', 'write'],
  ['read', 'read'],
  ['none', 'none'],
] as const)('who has %s of a public repository may %s', async (permission, standing) => {
  server.answer(role(permission));
  const repository = { ...newRepository(), private: false };
  expect(await app.people.standing(TOKEN, 'wanda', repository)).toBe(standing);
  expect(server.asked).toHaveLength(1);
});

test('a private one is not there for a token that does not see it', async () => {
  server.answer(role('write'), { status: 404, body: { message: 'Not Found' } });
  expect(await app.people.standing(TOKEN, 'wanda', newRepository())).toBe('none');
  expect(server.asked[1]).toMatchObject({ path: '/repos/acme/hello', authorization: `token ${TOKEN}` });
});

test.each([
  ['yes', { body: { id: 11 } }],
  ['no', { status: 404, body: { message: 'Not Found' } }],
  // Somebody else's took the name.
  ['no', { body: { id: 12 } }],
  ['token_refused', { status: 401, body: { message: 'Bad credentials' } }],
] as const)('whether GitHub shows a repository: %s', async (seen, answer) => {
  server.answer(answer);
  expect(await app.people.sees(TOKEN, newRepository())).toBe(seen);
  expect(server.asked).toMatchObject([{ path: '/repos/acme/hello', authorization: `token ${TOKEN}` }]);
});

test('a repository that has another one’s name is not that one', async () => {
  server.answer(role('write'), { body: { id: 12 } });
  expect(await app.people.standing(TOKEN, 'wanda', newRepository())).toBe('none');
});

test('a repository without the App is none of ours', async () => {
  server.answer({ status: 404, body: { message: 'Not Found' } });
  expect(await app.people.repository('acme', 'other')).toBeUndefined();
});
