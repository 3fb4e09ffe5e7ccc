import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { createOAuth } from '../../../src/adapters/github/oauth.js';
import type { Granted } from '../../../src/web/ports.js';
import { type FakeGitHub, startGitHub } from '../../fakes/github/github.js';
import { call } from '../../fakes/github/testing/client.js';

const CALLBACK = 'https://ci.example/sign-in/callback';
const VERIFIER = 'v'.repeat(43);
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');

let github: FakeGitHub;
let now = Date.now();
beforeAll(async () => {
  github = await startGitHub({ now: () => now });
  github.callbacksTo(CALLBACK);
});
afterEach(() => {
  delete github.settings.atTheBrowser;
});
afterAll(() => github.close());

const oauth = (clientSecret = github.clientSecret) =>
  createOAuth({ clientId: github.clientId, clientSecret }, github.apiUrl, () => now);

/** What a browser does: GitHub asks who it is, and sends it back. */
async function codeOf(login: string): Promise<string> {
  github.settings.atTheBrowser = login;
  const url = oauth().authorizeUrl({ state: 'a state', challenge: CHALLENGE, redirectUri: CALLBACK });
  const back = await fetch(url, { redirect: 'manual' });
  const { origin, pathname, searchParams } = new URL(back.headers.get('location') ?? '');
  expect([origin + pathname, searchParams.get('state')]).toEqual([CALLBACK, 'a state']);
  return searchParams.get('code') ?? '';
}

const redeem = (code: string, changes = {}) =>
  oauth().redeem({ code, verifier: VERIFIER, redirectUri: CALLBACK, ...changes });

const status = async (granted: Granted | undefined): Promise<number> =>
  (await call(github, 'GET', '/user', { token: granted?.token ?? '' })).status;

test('a code gives a token of eight hours, once', async () => {
  const code = await codeOf('rita');
  const granted = await redeem(code);
  expect(granted).toEqual({
    token: expect.stringMatching(/^ghu_/),
    expiresAt: now + 8 * 3_600_000,
    refreshToken: expect.stringMatching(/^ghr_/),
  });
  expect(await status(granted)).toBe(200);
  expect(await redeem(code)).toBeUndefined();
  now += 8 * 3_600_000;
  expect(await status(granted)).toBe(401);
});

test('a code is for who began', async () => {
  expect(await redeem(await codeOf('rita'), { verifier: 'w'.repeat(43) })).toBeUndefined();
  expect(await redeem('made-up')).toBeUndefined();
});

test('a refresh token gives another token, once', async () => {
  const first = await redeem(await codeOf('rita'));
  const second = await oauth().refresh(first?.refreshToken ?? '');
  expect(await status(second)).toBe(200);
  expect(await status(first)).toBe(401);
  expect(await oauth().refresh(first?.refreshToken ?? '')).toBeUndefined();
  github.people.revokeSignIns('rita');
  expect(await status(second)).toBe(401);
  expect(await oauth().refresh(second?.refreshToken ?? '')).toBeUndefined();
});

test('a wrong client secret is our mistake and not the person’s, and is said without it', async () => {
  const code = await codeOf('rita');
  const wish = { code, verifier: VERIFIER, redirectUri: CALLBACK };
  const error: unknown = await oauth('a wrong one')
    .redeem(wish)
    .catch((reason: unknown) => reason);
  expect(error).toMatchObject({ name: 'GitHubFailure', codes: ['incorrect_client_credentials'] });
  expect(JSON.stringify(error) + String(error)).not.toMatch(/a wrong one|ghu_/);
});

test('GitHub away is not a code that is over', async () => {
  const code = await codeOf('rita');
  github.faults.add({ operation: 'page', times: 1, fault: { kind: 'status', status: 502 } });
  await expect(redeem(code)).rejects.toMatchObject({ name: 'GitHubFailure', kind: 'unanswered' });
});

test('without a host of one’s own it is github.com', () => {
  const url = createOAuth({ clientId: 'Iv1', clientSecret: 's' }, undefined, () => now).authorizeUrl({
    state: 's',
    challenge: 'c',
    redirectUri: CALLBACK,
  });
  expect(url).toMatch(/^https:\/\/github\.com\/login\/oauth\/authorize\?client_id=Iv1&/);
});

test('an address that the App does not have is refused', async () => {
  const url = oauth().authorizeUrl({
    state: 's',
    challenge: CHALLENGE,
    redirectUri: 'https://evil.example/',
  });
  expect((await fetch(url, { redirect: 'manual' })).status).toBe(404);
  expect(github.violations).toHaveLength(1);
  github.forgive();
});
