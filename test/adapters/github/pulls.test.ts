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

const answer = (more: object = {}) => ({
  number: 5,
  state: 'open',
  draft: true,
  title: 'A feature',
  author_association: 'MEMBER',
  user: { login: 'alice' },
  head: { sha: 'a'.repeat(40), ref: 'feature', repo: { id: 7 } },
  base: { ref: 'main', repo: { id: 7 } },
  ...more,
});
const PULL = {
  number: 5,
  state: 'open',
  draft: true,
  sha: 'a'.repeat(40),
  headRef: 'feature',
  base: 'main',
  fork: false,
  title: 'A feature',
  author: 'alice',
  association: 'MEMBER',
};

describe('a pull request', () => {
  test('is as it is now', async () => {
    server.answer({ body: answer() });
    expect(await app.pulls.get(repository, 5)).toEqual(PULL);
    expect(server.asked[0]?.path).toBe('/repos/acme/hello/pulls/5');
  });

  test.each([
    ['of a fork', { head: { sha: PULL.sha, ref: 'feature', repo: { id: 8 } } }, { fork: true }],
    ['of a fork that was deleted', { head: { sha: PULL.sha, ref: 'feature', repo: null } }, { fork: true }],
    ['of an account that was deleted', { user: null }, { author: 'ghost' }],
    ['that is closed', { state: 'closed' }, { state: 'closed' }],
  ])('%s', async (_, more, expected) => {
    server.answer({ body: answer(more) });
    expect(await app.pulls.get(repository, 5)).toEqual({ ...PULL, ...expected });
  });

  test('that is not there is none; that GitHub is away is no answer', async () => {
    server.answer({ status: 404, body: { message: 'Not Found' } }, { status: 502, body: {} });
    expect(await app.pulls.get(repository, 5)).toBeUndefined();
    await expect(app.pulls.get(repository, 5)).rejects.toThrow();
  });
});

describe('the pull request of a branch', () => {
  test("is the repository's own, and not that of a fork with the same owner", async () => {
    const fork = answer({ number: 6, head: { sha: PULL.sha, ref: 'feature', repo: { id: 8 } } });
    server.answer({ body: [fork, answer()] });
    expect((await app.pulls.openFor(repository, 'feature'))?.number).toBe(5);
    const { searchParams } = new URL(server.asked[0]?.path ?? '', 'http://x');
    expect(Object.fromEntries(searchParams)).toMatchObject({ head: 'acme:feature', state: 'open' });
  });

  test.each([
    ['there is none', { body: [] }],
    ['we may not read them', { status: 403, body: { message: 'Resource not accessible by integration' } }],
  ])('is none where %s', async (_, given) => {
    server.answer(given);
    expect(await app.pulls.openFor(repository, 'feature')).toBeUndefined();
  });
});
