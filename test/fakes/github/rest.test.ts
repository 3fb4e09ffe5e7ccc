import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type FakeGitHub, startGitHub } from './github.js';
import { appJwt, call, installationToken } from './testing/client.js';

const seconds = (ahead: number): number => Math.floor(Date.now() / 1000) + ahead;
let github: FakeGitHub;
let head: string;

beforeAll(async () => {
  github = await startGitHub();
  const files = {
    'caicloud.yml': 'integration:\n  image: golang\n',
    'src/deep/a.txt': 'a\n',
    'src/link.txt': { content: 'deep/a.txt', mode: '120000' as const },
    'big.txt': 'x'.repeat(1024 * 1024 + 1),
  };
  await github.createRepository({ owner: 'octo-org', name: 'hello', files });
  await github.createRepository({ owner: 'octo-org', name: 'hidden', private: true, files: { a: 'a' } });
  await github.createRepository({ owner: 'octo-org', name: 'hidden-too', private: true, files: { a: 'a' } });
  const token = await installationToken(github, 'octo-org/hello');
  const path = '/repos/octo-org/hello/commits/main';
  head = (await call<{ sha: string }>(github, 'GET', path, { token })).body.sha;
});

afterAll(async () => {
  await github.close();
});

describe("the App's JSON web token", () => {
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
    type: 'pkcs1',
    format: 'pem',
  });

  test('is taken when it is good', async () => {
    const { status, body } = await call(github, 'GET', '/app', { token: appJwt(github) });
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: github.appId, permissions: { checks: 'write' } });
  });

  test.each([
    ['expired', { exp: seconds(-1) }, /future time/],
    ['living longer than ten minutes', { exp: seconds(700) }, /too far in the future/],
    ['issued in the future', { iat: seconds(120) }, /Issued at/],
    ["another App's", { iss: 99 }, /Integration not found/],
  ])('is refused when it is %s', async (_, claims, message) => {
    const { status, body } = await call(github, 'GET', '/app', { token: appJwt(github, claims) });
    expect(status).toBe(401);
    expect(body).toMatchObject({ message: expect.stringMatching(message) });
  });

  test('is refused when another key signed it', async () => {
    const { status, body } = await call(github, 'GET', '/app', {
      token: appJwt(github, {}, other.toString()),
    });
    expect(status).toBe(401);
    expect(body).toMatchObject({ message: expect.stringMatching(/could not be decoded/) });
  });

  test('opens no repository', async () => {
    const { status } = await call(github, 'GET', '/repos/octo-org/hello', { token: appJwt(github) });
    expect(status).toBe(401);
  });
});

describe("an installation's token", () => {
  const read = (token: string, repository: string) =>
    call(github, 'GET', `/repos/octo-org/${repository}/commits/main`, { token });

  test('is long, and lists what it opens', async () => {
    const token = await installationToken(github, 'octo-org/hello');
    expect(token).toMatch(/^ghs_1234_[\w-]+\.[\w-]+\.[\w-]+$/);
    expect(token.length).toBeGreaterThan(400);
    const { body } = await call(github, 'GET', '/installation/repositories', { token });
    expect(body).toMatchObject({ total_count: 3 });
  });

  test('opens only the repositories that it was asked for', async () => {
    const { id } = github.repository('octo-org/hidden');
    const token = await installationToken(github, 'octo-org/hello', { repository_ids: [id] });
    expect((await read(token, 'hidden')).status).toBe(200);
    expect((await read(token, 'hidden-too')).status).toBe(404);
  });

  test('does only what it was asked for', async () => {
    const body = { permissions: { checks: 'write' } };
    const token = await installationToken(github, 'octo-org/hidden', body);
    const refused = await read(token, 'hidden');
    expect(refused.status).toBe(403);
    expect(refused.headers.get('x-accepted-github-permissions')).toBe('contents=read');
  });

  test('is not given for more than the installation has', async () => {
    await expect(
      installationToken(github, 'octo-org/hello', { permissions: { contents: 'write' } }),
    ).rejects.toThrow('422');
    await expect(installationToken(github, 'octo-org/hello', { repositories: ['nowhere'] })).rejects.toThrow(
      '422',
    );
    github.forgive();
  });

  test('ends with its life, when revoked, and rests while the installation is suspended', async () => {
    github.settings.tokenLifeMs = -1;
    const dead = await installationToken(github, 'octo-org/hello');
    github.settings.tokenLifeMs = 3_600_000;
    expect((await read(dead, 'hello')).status).toBe(401);

    const token = await installationToken(github, 'octo-org/hello');
    github.installation.suspendedAt = Date.now();
    expect((await read(token, 'hello')).status).toBe(403);
    github.installation.suspendedAt = undefined;
    expect((await read(token, 'hello')).status).toBe(200);
    expect((await call(github, 'DELETE', '/installation/token', { token })).status).toBe(204);
    expect((await read(token, 'hello')).status).toBe(401);
  });
});

describe('contents', () => {
  const get = async <T = unknown>(path: string, accept = 'application/vnd.github+json') =>
    call<T>(github, 'GET', `/repos/octo-org/hello/contents/${path}`, {
      token: await installationToken(github, 'octo-org/hello'),
      headers: { accept },
    });

  test('are base64 in JSON, or raw', async () => {
    const { body } = await get<{ content: string }>(`caicloud.yml?ref=${head}`);
    expect(body).toMatchObject({ type: 'file', encoding: 'base64', path: 'caicloud.yml' });
    expect(Buffer.from(body.content, 'base64').toString()).toBe('integration:\n  image: golang\n');
    const raw = await get('src%2Fdeep%2Fa.txt', 'application/vnd.github.raw+json');
    expect(raw.body).toBe('a\n');
  });

  test('of more than 1 MB come only raw', async () => {
    expect((await get('big.txt')).body).toMatchObject({
      encoding: 'none',
      content: '',
      size: 1024 * 1024 + 1,
    });
    expect((await get('big.txt', 'application/vnd.github.raw')).body).toHaveLength(1024 * 1024 + 1);
  });

  test('of a directory are its entries; of a link the file that it leads to', async () => {
    expect((await get('')).body).toMatchObject([
      { name: 'big.txt', type: 'file' },
      { name: 'caicloud.yml', type: 'file' },
      { name: 'src', type: 'dir', path: 'src' },
    ]);
    expect((await get('src/link.txt')).body).toMatchObject({ type: 'file', path: 'src/link.txt', size: 2 });
  });

  test('that are not there are 404', async () => {
    expect((await get('nothing.txt')).status).toBe(404);
    expect((await get('caicloud.yml?ref=nowhere')).status).toBe(404);
  });
});

test('commits, trees, blobs, branches, tags and refs come from the git repository', async () => {
  const token = await installationToken(github, 'octo-org/hello');
  const get = async <T = unknown>(path: string) =>
    (await call<T>(github, 'GET', `/repos/octo-org/hello${path}`, { token })).body;
  const commit = await get<{ tree: { sha: string } }>(`/git/commits/${head}`);
  expect(commit).toMatchObject({ sha: head, message: 'Initial commit', parents: [] });
  const { tree } = await get<{ tree: { path: string; sha: string }[] }>(
    `/git/trees/${commit.tree.sha}?recursive=1`,
  );
  const file = tree.find(({ path }) => path === 'src/deep/a.txt');
  expect(await get(`/git/blobs/${file?.sha}`)).toMatchObject({ size: 2, content: 'YQo=' });
  expect(await get('/branches/main')).toMatchObject({ name: 'main', commit: { sha: head } });
  expect(await get('/branches')).toHaveLength(1);
  expect(await get('/tags')).toEqual([]);
  expect(await get('/git/ref/heads%2Fmain')).toMatchObject({ ref: 'refs/heads/main', object: { sha: head } });
  expect(await get('/git/matching-refs/heads/ma')).toHaveLength(1);
  expect(await get('/commits?per_page=1')).toHaveLength(1);
  github.expectClean();
});

describe('every answer', () => {
  test('says what is left of the rate limit, and an empty one refuses', async () => {
    const token = await installationToken(github, 'octo-org/hello');
    const first = await call(github, 'GET', '/repos/octo-org/hello', { token });
    const second = await call(github, 'GET', '/repos/octo-org/hello', { token });
    const left = (answer: typeof first) => Number(answer.headers.get('x-ratelimit-remaining'));
    expect(left(first) - left(second)).toBe(1);
    github.rateLimit.set({ remaining: 0 });
    const refused = await call(github, 'GET', '/repos/octo-org/hello', { token });
    expect([refused.status, left(refused)]).toEqual([403, 0]);
    expect((await call(github, 'GET', '/rate_limit', { token })).body).toMatchObject({
      rate: { remaining: 0 },
    });
    github.rateLimit.set({ remaining: 5000 });
  });
});

describe('a violation', () => {
  const violation = async (method: string, path: string, body?: unknown) => {
    github.expectClean();
    const token = await installationToken(github, 'octo-org/hello');
    const answer = await call(github, method, path, { token, body });
    const [found] = github.violations;
    expect(() => github.expectClean()).toThrow(found?.problem);
    github.forgive();
    return { status: answer.status, kind: found?.kind };
  };

  test.each([
    ['a route that GitHub does not have', 'GET', '/nowhere', undefined, 404, 'unknown route'],
    ['a route not answered here', 'GET', '/repos/octo-org/hello/languages', undefined, 501, 'unknown route'],
    [
      'a query that GitHub does not know',
      'GET',
      '/repos/octo-org/hello?perpage=1',
      undefined,
      422,
      'request',
    ],
    ['a body of another form', 'POST', '/repos/octo-org/hello/check-runs', { name: 'x' }, 422, 'request'],
  ])('is %s', async (_, method, path, body, status, kind) => {
    expect(await violation(method, path, body)).toEqual({ status, kind });
  });
});
