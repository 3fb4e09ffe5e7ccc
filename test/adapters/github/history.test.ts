import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { appAt, type LoggedApp, newRepository } from './app.js';
import { type ScriptedServer, scriptedServer } from './scripted-server.js';

const SHA = '3f2c1ab0000000000000000000000000000000aa';
const GONE = { status: 404, body: { message: 'Not Found' } };

let server: ScriptedServer;
let app: LoggedApp;
let repository = newRepository();
beforeEach(async () => {
  server = await scriptedServer();
  app = appAt(server);
  repository = newRepository();
});
afterEach(() => server.close());

const asItIs = (change: object = {}) => ({
  body: {
    id: repository.id,
    name: 'hello',
    owner: { login: 'acme' },
    private: true,
    clone_url: 'https://github.example/acme/hello.git',
    html_url: 'https://github.example/acme/hello',
    default_branch: 'trunk',
    ...change,
  },
});
const head = { body: { name: 'x', commit: { sha: SHA, commit: { message: 'Fix\n\nit' } } } };

describe('newest', () => {
  const newest = (branch?: string) => app.history.newest(repository, branch);

  test('is the head of the default branch as it is now, and the repository as it is called now', async () => {
    server.answer(asItIs({ name: 'hullo', private: false }), head);
    expect(await newest()).toEqual({
      kind: 'commit',
      repository: {
        ...repository,
        name: 'hullo',
        private: false,
        cloneUrl: 'https://github.example/acme/hello.git',
        htmlUrl: 'https://github.example/acme/hello',
        defaultBranch: 'trunk',
      },
      branch: 'trunk',
      sha: SHA,
      message: 'Fix\n\nit',
    });
    expect(server.asked.map(({ path }) => path)).toEqual([
      '/repos/acme/hello',
      '/repos/acme/hullo/branches/trunk',
    ]);
  });

  test('is that of a branch, whatever is in its name', async () => {
    server.answer(asItIs(), head);
    expect(await newest('release/2 #1')).toMatchObject({ kind: 'commit', branch: 'release/2 #1' });
    expect(server.asked[1]?.path).toBe('/repos/acme/hello/branches/release%2F2%20%231');
  });

  test('is not there when the branch is gone', async () => {
    server.answer(asItIs(), GONE);
    expect(await newest('old')).toEqual({ kind: 'no_branch', branch: 'old' });
  });

  test('is not there when the repository is gone, or its name is another’s', async () => {
    server.answer(GONE, asItIs({ id: 12 }));
    expect([await newest(), await newest()]).toEqual([{ kind: 'no_repository' }, { kind: 'no_repository' }]);
  });

  test('is not there when the App was removed', async () => {
    server.tokens = GONE;
    expect(await newest()).toEqual({ kind: 'no_repository' });
  });

  test('rejects when GitHub cannot be asked: no answer is not "gone"', async () => {
    server.answer({ status: 502 }, asItIs(), { cut: 'never' });
    await expect(newest()).rejects.toMatchObject({ kind: 'unanswered' });
    await expect(newest()).rejects.toMatchObject({ kind: 'unanswered' });
    server.tokens = { status: 403, body: { message: 'This installation has been suspended' } };
    repository = newRepository();
    await expect(newest()).rejects.toMatchObject({ kind: 'no_token' });
  });
});

describe('changed', () => {
  const changed = (base = 'main', to = SHA) => app.history.changed(repository, base, to);
  const files = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ filename: `file-${String(index)}` }));

  test('are the files of the comparison, both names of one that was renamed', async () => {
    server.answer({
      body: {
        files: [
          { filename: 'src/a.ts', status: 'modified' },
          { filename: 'gone.md', status: 'removed' },
          { filename: 'new.md', status: 'renamed', previous_filename: 'old.md' },
        ],
      },
    });
    expect(await changed('release/1')).toEqual(['src/a.ts', 'gone.md', 'new.md', 'old.md']);
    expect(server.asked[0]?.path).toBe(`/repos/acme/hello/compare/release%2F1...${SHA}?per_page=1`);
  });

  test('may be none', async () => {
    server.answer({ body: { files: [] } });
    expect(await changed()).toEqual([]);
  });

  test('are not known from 300 on: there may be more', async () => {
    server.answer({ body: { files: files(299) } }, { body: { files: files(300) } }, { body: {} });
    expect(await changed()).toHaveLength(299);
    expect(await changed()).toBeUndefined();
    expect(await changed()).toBeUndefined();
  });

  test('are not known when a commit is gone', async () => {
    server.answer(GONE);
    expect(await changed()).toBeUndefined();
  });

  test('reject when GitHub does not answer', async () => {
    server.answer({ status: 500, body: { message: 'this diff is taking too long to generate' } });
    await expect(changed()).rejects.toMatchObject({ kind: 'unanswered' });
  });
});
