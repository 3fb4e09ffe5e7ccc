import { z } from 'zod';
import type { OAuth } from '../../web/ports.js';
import { GitHubFailure } from './failure.js';
import { timedFetch } from './octokit-options.js';

export interface OAuthOptions {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** GitHub says what is wrong with status 200. */
const REFUSED = z.object({ error: z.string() });
const GRANTED = z.object({
  access_token: z.string().min(1),
  /** Seconds; absent where the app's tokens do not expire. */
  expires_in: z.number().positive().optional(),
  refresh_token: z.string().min(1).optional(),
});

/** The person's doing, or the time's: they sign in again. Any other error is a setting of ours. */
const OVER = ['bad_verification_code', 'bad_refresh_token', 'expired_token', 'access_denied'];

/**
 * https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-user-access-token-for-a-github-app
 * Rejects with GitHubFailure, which holds neither code nor token.
 * @param apiUrl undefined: github.com
 */
export function createOAuth(
  { clientId, clientSecret }: OAuthOptions,
  apiUrl: string | undefined,
  now: () => number,
): OAuth {
  const web = apiUrl?.replace(/\/api\/v3$/, '') ?? 'https://github.com';

  const grant = async (wish: Readonly<Record<string, string>>) => {
    const answer = await post(`${web}/login/oauth/access_token`, {
      client_id: clientId,
      client_secret: clientSecret,
      ...wish,
    });
    const refused = REFUSED.safeParse(answer);
    if (refused.success) {
      const { error } = refused.data;
      if (OVER.includes(error)) return undefined;
      throw new GitHubFailure(`GitHub lets nobody sign in: ${error}`, { kind: 'refused', codes: [error] });
    }
    const granted = GRANTED.safeParse(answer);
    if (!granted.success) throw new GitHubFailure('the answer broke off', { kind: 'unanswered' });
    const { access_token: token, expires_in: seconds, refresh_token: refreshToken } = granted.data;
    return {
      token,
      expiresAt: seconds === undefined ? null : now() + seconds * 1000,
      refreshToken: refreshToken ?? null,
    };
  };

  return {
    authorizeUrl({ state, challenge, redirectUri }) {
      const asked = new URLSearchParams({
        client_id: clientId,
        redirect_uri: redirectUri,
        state,
        code_challenge: challenge,
        code_challenge_method: 'S256',
      });
      return `${web}/login/oauth/authorize?${asked.toString()}`;
    },
    redeem: ({ code, verifier, redirectUri }) =>
      grant({ code, code_verifier: verifier, redirect_uri: redirectUri }),
    refresh: (refreshToken) => grant({ grant_type: 'refresh_token', refresh_token: refreshToken }),
  };
}

async function post(url: string, fields: Readonly<Record<string, string>>): Promise<unknown> {
  let response: Response;
  try {
    response = await timedFetch(url, {
      method: 'POST',
      headers: { Accept: 'application/json' },
      body: new URLSearchParams(fields),
      redirect: 'error',
    });
    if (response.ok) return await response.json();
  } catch (error) {
    const words = error instanceof Error ? error.name : 'unknown';
    throw new GitHubFailure(`GitHub did not answer: ${words}`, { kind: 'unanswered' });
  }
  const { status } = response;
  throw new GitHubFailure(`GitHub answered ${status}`, {
    kind: status === 429 ? 'limited' : status >= 500 ? 'unanswered' : 'refused',
    status,
  });
}
