import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type FakeGitHub, startGitHub } from './github.js';
import { call, installationToken } from './testing/client.js';

let github: FakeGitHub;

beforeAll(async () => {
  github = await startGitHub();
  for (const name of ['hello', 'other'])
    await github.createRepository({ owner: 'octo-org', name, private: true, files: { a: 'a' } });
  github.people.add('octo-org/hello', 'ada', { permission: 'write' });
  github.people.add('octo-org/hello', 'bob', { permission: 'read' });
});

afterAll(async () => {
  await github.close();
});

const get = (path: string, token?: string) => call(github, 'GET', path, token === undefined ? {} : { token });

test('a token says whose it is, until it is revoked', async () => {
  const token = github.people.token('ada');
  expect((await get('/user', token.value)).body).toMatchObject({ login: 'ada', type: 'User', email: null });
  github.people.revoke(token);
  expect((await get('/user', token.value)).status).toBe(401);
  expect((await get('/user')).status).toBe(401);
  expect((await get('/user', await installationToken(github, 'octo-org/hello'))).status).toBe(403);
  github.expectClean();
});

test('a fine-grained token reads what both its owner and itself may', async () => {
  const status = async (path: string, limits?: Parameters<typeof github.people.token>[1]) =>
    (await get(`/repos/octo-org/${path}`, github.people.token('ada', limits).value)).status;
  expect(await status('hello')).toBe(200);
  expect(await status('hello/branches')).toBe(403);
  expect(await status('hello/branches', { permissions: { contents: 'read' } })).toBe(200);
  expect(await status('hello', { repositories: ['octo-org/other'] })).toBe(404);
  expect(await status('other')).toBe(404);
});

test('a repository tells its reader what they may', async () => {
  const permissions = async (login: string) =>
    (await get('/repos/octo-org/hello', github.people.token(login).value)).body;
  expect(await permissions('ada')).toMatchObject({ permissions: { push: true, admin: false } });
  expect(await permissions('bob')).toMatchObject({ permissions: { push: false, pull: true } });
});

test('the right of a person is for those to see who may write, and for Apps', async () => {
  const path = '/repos/octo-org/hello/collaborators/bob/permission';
  const app = await installationToken(github, 'octo-org/hello');
  expect((await get(path, app)).body).toMatchObject({ permission: 'read', user: { login: 'bob' } });
  github.people.add('octo-org/hello', 'bob', { permission: 'maintain' });
  expect((await get(path, app)).body).toMatchObject({ permission: 'write', role_name: 'maintain' });
  github.people.remove('octo-org/hello', 'bob');
  expect((await get(path, github.people.token('ada').value)).body).toMatchObject({ permission: 'none' });
  expect((await get('/repos/octo-org/hello/collaborators/nobody/permission', app)).status).toBe(404);
  const onlooker = github.people.add('octo-org/hello', 'eve', { permission: 'read' });
  expect((await get(path, onlooker.token)).status).toBe(403);
  github.expectClean();
});
