import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type FakeGitHub, startGitHub } from './github.js';
import { appJwt, call, installationToken } from './testing/client.js';

const NAME = 'octo-org/hello';
let github: FakeGitHub;

beforeEach(async () => {
  github = await startGitHub({ webhookUrl: 'http://127.0.0.1:9/nobody-listens' });
  await github.createRepository({ owner: 'octo-org', name: 'hello', private: true, files: { a: 'a' } });
});

afterEach(async () => {
  await github.close();
});

const told = (event: string) =>
  github.deliveries.all(event).map(({ request }) => JSON.parse(request.body) as unknown);
const status = async (token: string) => (await call(github, 'GET', `/repos/${NAME}`, { token })).status;
const tokenStatus = async (installation: number) =>
  (await call(github, 'POST', `/app/installations/${installation}/access_tokens`, { token: appJwt(github) }))
    .status;

test('a suspended installation is refused everything and hears of nothing else', async () => {
  const { installation } = github;
  const token = await installationToken(github, NAME);
  github.installations.suspend(installation);
  expect([await status(token), await tokenStatus(installation.id)]).toEqual([403, 403]);
  const app = await call(github, 'GET', `/app/installations/${installation.id}`, { token: appJwt(github) });
  expect(app.body).toMatchObject({ suspended_at: expect.any(String) });
  await github.push(NAME, { files: { a: 'b' } });
  github.installations.unsuspend(installation);
  expect(await status(token)).toBe(200);
  expect(told('installation')).toMatchObject([
    { action: 'suspend', installation: { suspended_at: expect.any(String) } },
    { action: 'unsuspend', installation: { suspended_at: null }, repositories: [{ full_name: NAME }] },
  ]);
  expect(told('push')).toEqual([]);
  github.expectClean();
});

test('an App that is removed has nothing left, and is another when it comes back', async () => {
  const { installation } = github;
  const token = await installationToken(github, NAME);
  github.installations.uninstall(installation);
  expect([await status(token), await tokenStatus(installation.id)]).toEqual([401, 404]);
  await github.push(NAME, { files: { a: 'b' } });
  expect(told('push')).toEqual([]);
  const again = github.installations.install('octo-org');
  expect(again.id).not.toBe(installation.id);
  expect(await status(await installationToken(github, NAME))).toBe(200);
  expect(told('installation')).toMatchObject([
    { action: 'deleted', repositories: [{ full_name: NAME }] },
    { action: 'created', installation: { id: again.id }, repositories: [{ full_name: NAME }] },
  ]);
  expect(() => github.installations.install('octo-org')).toThrow('already');
  github.expectClean();
});

test('repositories come and go', async () => {
  const token = await installationToken(github, NAME);
  await github.createRepository({ owner: 'octo-org', name: 'other', files: { a: 'a' } });
  github.installations.take(NAME);
  expect(await status(token)).toBe(404);
  github.installations.add(NAME);
  expect(await status(token)).toBe(200);
  expect(told('installation_repositories')).toMatchObject([
    { action: 'removed', repository_selection: 'selected', repositories_removed: [{ full_name: NAME }] },
    { action: 'added', repositories_added: [{ full_name: NAME }] },
  ]);
  github.expectClean();
});

test('an event and a request need the permission that the installation has accepted', async () => {
  const { installation } = github;
  github.installations.accept(installation, { permissions: { metadata: 'read', contents: 'read' } });
  const token = await installationToken(github, NAME);
  const sha = await github.push(NAME, { files: { a: 'b' } });
  const pull = await github.pulls.open(NAME, { from: 'topic', files: { b: 'b' } });
  github.comments.add(pull, 'octocat', '/test');
  const events = new Set(github.deliveries.all().map(({ event }) => event));
  expect(events).toEqual(new Set(['installation', 'push']));
  const check = { name: 'test', head_sha: sha };
  const refused = await call(github, 'POST', `/repos/${NAME}/check-runs`, { token, body: check });
  expect([refused.status, refused.body]).toMatchObject([
    403,
    { message: 'Resource not accessible by integration' },
  ]);
  github.installations.accept(installation);
  expect(told('installation').at(-1)).toMatchObject({
    action: 'new_permissions_accepted',
    installation: { permissions: { checks: 'write' } },
  });
  const allowed = await installationToken(github, NAME);
  const answer = await call(github, 'POST', `/repos/${NAME}/check-runs`, { token: allowed, body: check });
  expect(answer.status).toBe(201);
  github.expectClean();
});

test('a right that is missing shows on a public repository, too', async () => {
  await github.createRepository({ owner: 'octo-org', name: 'open', files: { a: 'a' } });
  const limits = { permissions: { contents: 'read' }, repositories: ['open'] };
  const token = await installationToken(github, 'octo-org/open', limits);
  expect((await call(github, 'GET', '/repos/octo-org/open/branches', { token })).status).toBe(200);
  github.expectClean();
  expect((await call(github, 'GET', '/repos/octo-org/open/pulls', { token })).status).toBe(200);
  expect(() => github.expectClean()).toThrow('without pull_requests:read');
});

test('tokens that are revoked are bad, and the next one is good', async () => {
  const token = await installationToken(github, NAME);
  github.installations.revokeTokens(github.installation);
  expect(await status(token)).toBe(401);
  expect(await status(await installationToken(github, NAME))).toBe(200);
});

test('an App cannot listen to what it may not read', async () => {
  const events = ['push', 'issue_comment'];
  const wrong = startGitHub({ permissions: { contents: 'read', metadata: 'read' }, events });
  await expect(wrong).rejects.toThrow('Default events unsupported: issue_comment');
});
