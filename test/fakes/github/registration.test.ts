import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type FakeGitHub, startGitHub } from './github.js';
import { appJwt, call } from './testing/client.js';

let github: FakeGitHub;
let at: number;

beforeEach(async () => {
  at = Date.now();
  github = await startGitHub({ now: () => at });
});

afterEach(async () => {
  await github.close();
});

const MANIFEST = {
  name: 'Our Cyclone',
  url: 'https://cyclone.example',
  redirect_url: 'http://localhost:3000/setup',
  hook_attributes: { url: 'https://cyclone.example/api/github/webhooks' },
  default_permissions: { contents: 'read', metadata: 'read' },
  default_events: ['push'],
};

const confirm = (manifest: object, path = '/settings/apps/new?state=secret') =>
  fetch(`${github.url}${path}`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ manifest: JSON.stringify(manifest) }),
  });
async function codeOf(answer: Response): Promise<string> {
  await answer.arrayBuffer();
  return new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? '';
}
const redeem = (code: string) =>
  call<{ pem: string; id: number }>(github, 'POST', `/app-manifests/${code}/conversions`);

test('a manifest becomes the App: its key signs, its rights are those asked for', async () => {
  const answer = await confirm(MANIFEST, '/organizations/octo-org/settings/apps/new?state=secret');
  expect(answer.headers.get('location')).toMatch(/^http:\/\/localhost:3000\/setup\?code=\w+&state=secret$/);
  const { status, body } = await redeem(await codeOf(answer));
  expect(status).toBe(201);
  expect(body).toMatchObject({
    name: 'Our Cyclone',
    webhook_secret: github.webhookSecret,
    events: ['push'],
    permissions: MANIFEST.default_permissions,
  });
  const token = appJwt(github, { iat: Math.floor(at / 1000), iss: body.id }, body.pem);
  expect((await call(github, 'GET', '/app', { token })).body).toMatchObject({ events: ['push'] });
  await github.createRepository({ owner: 'octo-org', name: 'hello', files: { a: 'a' } });
  await github.push('octo-org/hello', { files: { a: 'b' } });
  expect(github.deliveries.all()).toMatchObject([{ event: 'push', url: MANIFEST.hook_attributes.url }]);
  github.expectClean();
});

test('a code is good once, and for an hour', async () => {
  const code = await codeOf(await confirm(MANIFEST));
  expect((await redeem(code)).status).toBe(201);
  expect((await redeem(code)).status).toBe(404);
  const late = await codeOf(await confirm(MANIFEST));
  at += 3_600_000;
  expect((await redeem(late)).status).toBe(404);
});

test.each([
  ['without an address', { url: undefined }, 'url must'],
  ['with nowhere to go back to', { redirect_url: 'setup' }, 'redirect_url must'],
  ['with a long name', { name: 'x'.repeat(35) }, 'name is longer'],
  ['that listens to more than it may read', { default_events: ['issue_comment'] }, 'issue_comment'],
  ['that asks for what comes anyway', { default_events: ['installation'] }, 'installation'],
])('a manifest %s is refused', async (_, wrong, problem) => {
  const answer = await confirm({ ...MANIFEST, ...wrong });
  expect([answer.status, await answer.text()]).toEqual([422, expect.stringContaining(problem)]);
  expect(github.violations).toHaveLength(1);
});
