import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { GitHubFailure } from '../../../src/adapters/github/failure.js';
import { FileTooLarge } from '../../../src/runs/ports.js';
import { appAt, type LoggedApp, newRepository } from './app.js';
import { type ScriptedServer, scriptedServer } from './scripted-server.js';

const SHA = '3f2c1ab0000000000000000000000000000000aa';

let server: ScriptedServer;
let app: LoggedApp;
let repository = newRepository();
beforeEach(async () => {
  server = await scriptedServer();
  app = appAt(server);
  repository = newRepository();
});
afterEach(() => server.close());

function file(text: string) {
  const content = Buffer.from(text)
    .toString('base64')
    .replace(/(.{60})/g, '$1\n');
  return { body: { type: 'file', size: text.length, encoding: 'base64', content } };
}

describe('readFile', () => {
  const read = (path = 'caicloud.yml') => app.repositories.readFile(repository, SHA, path);

  test('gives the text at the commit', async () => {
    const text = 'build:\n  dockerfile_name: Dockerfile\n# grüße 🦊\n'.repeat(10);
    server.answer(file(text));
    expect(await read()).toBe(text);
    expect(server.asked[0]?.path).toBe(`/repos/acme/hello/contents/caicloud.yml?ref=${SHA}`);
  });

  test('keeps the folders of a path, and nothing else of it is address', async () => {
    server.answer(file('x'));
    await read('/a b/./c?d#e%/{owner}:repo.yml');
    expect(server.asked[0]?.path).toBe(
      `/repos/acme/hello/contents/a%20b/c%3Fd%23e%25/%7Bowner%7D%3Arepo.yml?ref=${SHA}`,
    );
  });

  test.each(['..', '../../../user', 'a/../../b', '.', '', '/'])(
    'does not leave the repository by %p',
    async (path) => {
      expect(await read(path)).toBeUndefined();
      expect(await app.repositories.exists(repository, SHA, path)).toBe(false);
      expect(server.asked).toHaveLength(0);
    },
  );

  test('is undefined when there is no such file', async () => {
    server.answer(
      { status: 404, body: { message: 'Not Found' } },
      { body: [{ type: 'file' }] },
      { body: { type: 'symlink' } },
    );
    expect([await read(), await read('folder'), await read('link')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('refuses a file of more than 1 MiB', async () => {
    server.answer(
      { body: { type: 'file', size: 2_000_000, encoding: 'none', content: '' } },
      {
        status: 403,
        body: { message: 'too big', errors: [{ resource: 'Blob', field: 'data', code: 'too_large' }] },
      },
    );
    await expect(read()).rejects.toBeInstanceOf(FileTooLarge);
    await expect(read()).rejects.toMatchObject({ path: 'caicloud.yml' });
  });

  test('rejects when GitHub cannot be asked: no answer is not "no file"', async () => {
    server.answer({ status: 502 }, { cut: 'never' });
    await expect(read()).rejects.toMatchObject({ kind: 'unanswered' });
    await expect(read()).rejects.toBeInstanceOf(GitHubFailure);
    server.tokens = { status: 404 };
    repository = newRepository();
    await expect(read()).rejects.toMatchObject({ kind: 'no_token' });
  });
});

test('exists', async () => {
  server.answer(file('x'), { status: 404 });
  expect(await app.repositories.exists(repository, SHA, 'Dockerfile')).toBe(true);
  expect(await app.repositories.exists(repository, SHA, 'Dockerfile')).toBe(false);
});

describe('cloneToken', () => {
  test('is for this repository alone, to read its contents', async () => {
    expect(await app.cloneToken(repository)).toBe('ghs_1');
    expect(server.tokensAsked[0]).toMatchObject({
      path: `/app/installations/${repository.installationId}/access_tokens`,
      body: { repository_ids: [11], permissions: { contents: 'read' } },
    });
  });

  test('is kept while ten minutes of it are left', async () => {
    expect([await app.cloneToken(repository), await app.cloneToken(repository)]).toEqual(['ghs_1', 'ghs_1']);
    expect(server.tokensAsked).toHaveLength(1);
  });

  test('is another one for who was refused, and the kept one for who was refused an older', async () => {
    expect(await app.cloneToken(repository)).toBe('ghs_1');
    expect(await app.cloneToken(repository, 'ghs_1')).toBe('ghs_2');
    expect(await app.cloneToken(repository, 'ghs_1')).toBe('ghs_2');
    expect(await app.cloneToken(repository)).toBe('ghs_2');
  });

  test('is renewed with less than that', async () => {
    server.tokensExpire = Date.now() + 9 * 60_000;
    await app.cloneToken(repository);
    server.tokensExpire = Date.now() + 3600_000;
    const renewed = await app.cloneToken(repository);
    expect(await app.cloneToken(repository)).toBe(renewed);
    expect(renewed).not.toBe('ghs_1');
  });

  test('is never the one that may write checks', async () => {
    server.answer({ body: { check_runs: [] } });
    await app.checks.find(repository, SHA, 'cyclone');
    expect(await app.cloneToken(repository)).toBe('ghs_2');
  });
});
