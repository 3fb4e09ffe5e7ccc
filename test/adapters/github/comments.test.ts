import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CheckRefused, CheckRetry, CommentGone } from '../../../src/checks/ports.js';
import { APP_ID, appAt, type LoggedApp, newRepository } from './app.js';
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

const by = (id: number, appId: number | undefined, body: string) => ({
  id,
  body,
  performed_via_github_app: appId === undefined ? null : { id: appId },
});

test('is created on the pull request, and edited by its id', async () => {
  server.answer({ status: 201, body: { id: 900 } }, { body: { id: 900 } });
  expect(await app.sticky.create(repository, 12, 'hello')).toEqual({ id: 900 });
  await app.sticky.update(repository, 900, 'hello again');
  expect(server.asked.map(({ method, path, body }) => [method, path, body])).toEqual([
    ['POST', '/repos/acme/hello/issues/12/comments', { body: 'hello' }],
    ['PATCH', '/repos/acme/hello/issues/comments/900', { body: 'hello again' }],
  ]);
});

test('is found by our App and the mark, on whatever page; who copies the mark is not us', async () => {
  const next = `<${server.baseUrl}/repositories/11/issues/12/comments?page=2>; rel="next"`;
  server.answer(
    { body: [by(1, undefined, 'MARK mine'), by(2, APP_ID + 1, 'MARK theirs')], headers: { link: next } },
    { body: [by(3, APP_ID, 'something else, MARK'), by(4, APP_ID, 'MARK ours')] },
  );
  expect(await app.sticky.find(repository, 12, 'MARK')).toBe(4);
});

test('there is none', async () => {
  server.answer({ body: [] });
  expect(await app.sticky.find(repository, 12, 'MARK')).toBeUndefined();
});

describe('what a failure means', () => {
  test.each([404, 410])('an edit answered with %i: somebody deleted it', async (status) => {
    server.answer({ status, body: { message: 'Not Found' } });
    await expect(app.sticky.update(repository, 900, 'x')).rejects.toBeInstanceOf(CommentGone);
  });

  test.each([403, 404, 410, 422])('a create answered with %i is not tried again', async (status) => {
    server.answer({ status, body: { message: 'no' } });
    await expect(app.sticky.create(repository, 12, 'x')).rejects.toBeInstanceOf(CheckRefused);
  });

  test.each([502, 429])('%i is', async (status) => {
    server.answer({ status, body: { message: 'later' } });
    await expect(app.sticky.create(repository, 12, 'x')).rejects.toBeInstanceOf(CheckRetry);
  });
});
