import { createHash, randomBytes } from 'node:crypto';
import type { Answer } from './http/route.js';
import { issueSignInToken } from './state/credentials.js';
import { actorOf } from './state/state.js';
import type { World } from './world.js';

// https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-user-access-token-for-a-github-app
const CODE_LIFE_MS = 600_000;

/** Somebody said yes, and who asked has not come for the token yet. */
export interface SignInCode {
  readonly login: string;
  readonly redirectUri: string;
  readonly challenge: string | null;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Is it one of the two addresses of signing in? */
export const isSignIn = (path: string): boolean => /^\/login\/oauth\/(authorize|access_token)$/.test(path);

export function answerSignIn(world: World, method: string | undefined, url: URL, body: string): Answer {
  const isAuthorize = url.pathname.endsWith('/authorize');
  if (method === (isAuthorize ? 'GET' : 'POST')) {
    return isAuthorize ? authorize(world, url) : exchange(world, new URLSearchParams(body));
  }
  return { status: 404, raw: { type: 'text/plain', content: Buffer.from('Not found\n') } };
}

/** Back to the App with a code when somebody is at the browser, else a page that asks who it is. */
function authorize(world: World, url: URL): Answer {
  const { app, signInCodes } = world.state;
  const asked = url.searchParams;
  const redirectUri = asked.get('redirect_uri') ?? app.callbackUrls[0] ?? '';
  const wrong = problemOf(world, asked, redirectUri);
  if (wrong !== undefined) {
    world.violations.add({ kind: 'request', where: 'GET /login/oauth/authorize', problem: wrong });
    return { status: 404, raw: { type: 'text/plain', content: Buffer.from(`${wrong}\n`) } };
  }
  const target = new URL(redirectUri);
  const state = asked.get('state');
  if (state !== null) target.searchParams.set('state', state);
  if (asked.has('denied')) {
    target.searchParams.set('error', 'access_denied');
    return { status: 302, headers: { location: target.href } };
  }
  const login = asked.get('login') ?? world.settings.atTheBrowser;
  if (login === undefined || login === null) return question(asked);
  const code = randomBytes(10).toString('hex');
  signInCodes.set(code, {
    login,
    redirectUri,
    challenge: asked.get('code_challenge'),
    expiresAt: world.now() + CODE_LIFE_MS,
  });
  target.searchParams.set('code', code);
  return { status: 302, headers: { location: target.href } };
}

function problemOf(
  { state: { app } }: World,
  asked: URLSearchParams,
  redirectUri: string,
): string | undefined {
  if (asked.get('client_id') !== app.clientId) return 'no such client_id';
  if (!app.callbackUrls.includes(redirectUri))
    return 'the redirect_uri is not associated with this application';
  const method = asked.get('code_challenge_method');
  if (asked.has('code_challenge') && method !== 'S256') return 'code_challenge_method must be S256';
  return undefined;
}

function question(asked: URLSearchParams): Answer {
  const hidden = [...asked].map(
    ([name, value]) => `<input type="hidden" name="${name}" value="${value.replaceAll('"', '&quot;')}">`,
  );
  const page = `<!doctype html><meta charset="utf-8"><title>Sign in</title><h1>Authorize cyclone</h1>
<form><label>Login <input name="login"></label>${hidden.join('')}<button>Authorize</button></form>`;
  return { status: 200, raw: { type: 'text/html; charset=utf-8', content: Buffer.from(page) } };
}

function exchange(world: World, given: URLSearchParams): Answer {
  const { app } = world.state;
  if (given.get('client_id') !== app.clientId || given.get('client_secret') !== app.clientSecret) {
    return refused('incorrect_client_credentials');
  }
  return given.get('grant_type') === 'refresh_token' ? renew(world, given) : redeem(world, given);
}

function redeem(world: World, given: URLSearchParams): Answer {
  const { signInCodes } = world.state;
  const code = given.get('code') ?? '';
  const known = signInCodes.get(code);
  signInCodes.delete(code);
  if (known === undefined || known.expiresAt <= world.now()) return refused('bad_verification_code');
  if (given.get('redirect_uri') !== known.redirectUri) return refused('redirect_uri_mismatch');
  const verifier = createHash('sha256')
    .update(given.get('code_verifier') ?? '')
    .digest('base64url');
  if (known.challenge !== null && verifier !== known.challenge) return refused('bad_verification_code');
  return granted(world, known.login);
}

/** A refresh token works once, and the token of before ends with it. */
function renew(world: World, given: URLSearchParams): Answer {
  const { userTokens } = world.state;
  const refreshToken = given.get('refresh_token') ?? '';
  const token = [...userTokens.values()].find((one) => one.refreshToken === refreshToken);
  if (token === undefined || token.revoked) return refused('bad_refresh_token');
  token.revoked = true;
  return granted(world, token.account.login);
}

function granted(world: World, login: string): Answer {
  const life = world.settings.userTokenLifeMs;
  const token = issueSignInToken(world.state, actorOf(world.state, login), world.now() + life);
  return {
    status: 200,
    body: {
      access_token: token.value,
      expires_in: Math.ceil(life / 1000),
      refresh_token: token.refreshToken,
      refresh_token_expires_in: 15_897_600,
      scope: '',
      token_type: 'bearer',
    },
  };
}

/** With status 200, as GitHub does it. */
function refused(error: string): Answer {
  return { status: 200, body: { error, error_description: error, error_uri: 'https://docs.github.com/' } };
}
