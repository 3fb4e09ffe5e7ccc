import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { appAt, type LoggedApp, newRepository } from './app.js';
import { type ScriptedServer, scriptedServer } from './scripted-server.js';

let server: ScriptedServer;
let app: LoggedApp;
let repository = newRepository();
beforeEach(async () => {
  server = await scriptedServer();
  app = appAt(server);
  repository = newRepository();
});
afterEach(() => server.close());

describe('someone’s role', () => {
  test.each([
    ['admin', 'admin', 'admin'],
    ['write', 'maintain', 'maintain'],
    ['write', 'write', 'write'],
    ['read', 'triage', 'triage'],
    ['read', 'read', 'read'],
    ['none', 'none', 'none'],
    // Roles of an organisation's own making, whatever they are called.
    ['read', 'admin', 'read'],
    ['read', 'write', 'read'],
    ['write', 'Release manager', 'write'],
    ['none', 'maintain', 'none'],
    ['something new', 'admin', 'none'],
    ['constructor', 'admin', 'none'],
    ['write', 'constructor', 'write'],
  ])('with permission %s and role %s is %s', async (permission, role_name, role) => {
    server.answer({ body: { permission, role_name, user: null } });
    expect(await app.permissions.of(repository, 'octocat')).toBe(role);
  });

  test('is asked for each time, by their name alone', async () => {
    server.answer({ body: { permission: 'write', role_name: 'write' } });
    server.answer({ body: { permission: 'read', role_name: 'read' } });
    expect(await app.permissions.of(repository, '../a b')).toBe('write');
    expect(await app.permissions.of(repository, '../a b')).toBe('read');
    expect(server.asked.map(({ path }) => path)).toEqual(
      Array.from({ length: 2 }, () => '/repos/acme/hello/collaborators/..%2Fa%20b/permission'),
    );
  });

  test('of nobody, or on nothing, is none', async () => {
    server.answer({ status: 404, body: { message: 'Not Found' } });
    expect(await app.permissions.of(repository, 'ghost')).toBe('none');
  });

  test.each([500, 403, 429])('that GitHub does not tell (%p) is not made up', async (status) => {
    server.answer({ status, body: {} });
    await expect(app.permissions.of(repository, 'octocat')).rejects.toMatchObject({ status });
  });
});

describe('a reaction', () => {
  test('is added', async () => {
    server.answer({ status: 201, body: { id: 1 } });
    await app.reactions.add(repository, 5, 'eyes');
    expect(server.asked).toMatchObject([
      {
        method: 'POST',
        path: '/repos/acme/hello/issues/comments/5/reactions',
        body: { content: 'eyes' },
      },
    ]);
  });

  test.each([404, 410, 422, 403])('that is not taken for good (%p) is let be', async (status) => {
    server.answer({ status, body: {} });
    await app.reactions.add(repository, 5, '+1');
    expect(server.asked).toHaveLength(1);
  });

  test.each<[number, Record<string, string>]>([
    [502, {}],
    [403, { 'retry-after': '1' }],
    [429, {}],
  ])('that is not taken for now (%p) is told', async (status, headers) => {
    server.answer({ status, headers, body: {} });
    await expect(app.reactions.add(repository, 5, '-1')).rejects.toMatchObject({ status });
  });
});

describe('a comment', () => {
  test('is read as it is now', async () => {
    server.answer({ body: { id: 5, body: '/test', user: { login: 'octocat' } } });
    expect(await app.comments.read(repository, 5)).toEqual({ by: 'octocat', body: '/test' });
    expect(server.asked[0]?.path).toBe('/repos/acme/hello/issues/comments/5');
  });

  test('whose account is gone is nobody’s', async () => {
    server.answer({ body: { id: 5, body: '/test', user: null } });
    expect(await app.comments.read(repository, 5)).toEqual({ by: undefined, body: '/test' });
  });

  test.each([404, 410])('that was deleted (%p) is not there', async (status) => {
    server.answer({ status, body: {} });
    expect(await app.comments.read(repository, 5)).toBeUndefined();
  });

  test('that GitHub does not give may be there', async () => {
    server.answer({ status: 502, body: {} });
    await expect(app.comments.read(repository, 5)).rejects.toMatchObject({ status: 502 });
  });
});
