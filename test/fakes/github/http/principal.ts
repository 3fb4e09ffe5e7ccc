import type { IncomingHttpHeaders } from 'node:http';
import { checkToken } from '../state/credentials.js';
import { jwtProblem } from '../state/jwt.js';
import type { Account, InstallationToken, UserToken } from '../state/model.js';
import type { State } from '../state/state.js';
import { ApiError, unauthorized } from './api-error.js';

/** Who sends a request. */
export type Principal =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'app' }
  | { readonly kind: 'installation'; readonly token: InstallationToken }
  /** `limits`: of a fine-grained token. */
  | { readonly kind: 'user'; readonly account: Account; readonly limits: UserToken | undefined };

/**
 * Reads the Authorization header: `Bearer` or `token` with any of our tokens, or Basic with the token as
 * password, as git sends it.
 * @throws ApiError 401 for credentials that are wrong, expired or revoked; 403 for a suspended installation
 */
export function authenticate(headers: IncomingHttpHeaders, state: State, now: number): Principal {
  const secret = secretOf(headers.authorization);
  if (secret === undefined) return { kind: 'anonymous' };
  if (secret.startsWith('ghs_')) return installation(secret, state, now);
  const account = [...state.accounts.values()].find(({ token }) => token === secret);
  if (account !== undefined) return { kind: 'user', account, limits: undefined };
  const limits = state.userTokens.get(secret);
  if (limits?.revoked === false && now < (limits.expiresAt ?? Number.POSITIVE_INFINITY))
    return { kind: 'user', account: limits.account, limits };
  if (secret.split('.').length !== 3) throw unauthorized();
  const problem = jwtProblem(secret, state.app, now);
  if (problem !== undefined) throw unauthorized(problem);
  return { kind: 'app' };
}

function installation(secret: string, state: State, now: number): Principal {
  const token = checkToken(state, secret, now);
  if (typeof token === 'string') throw unauthorized();
  if (!state.installations.has(token.installation.id)) throw unauthorized();
  if (token.installation.suspendedAt !== undefined)
    throw new ApiError(403, 'This installation has been suspended');
  return { kind: 'installation', token };
}

function secretOf(authorization: string | undefined): string | undefined {
  const [, scheme, value] = /^(\S+)\s+(\S+)$/.exec(authorization ?? '') ?? [];
  if (scheme === undefined || value === undefined) return undefined;
  if (scheme.toLowerCase() !== 'basic') return value;
  const pair = Buffer.from(value, 'base64').toString();
  return pair.slice(pair.indexOf(':') + 1);
}

/** The name under which what is left of the rate limit is kept. */
export function quotaKey(principal: Principal): string {
  switch (principal.kind) {
    case 'anonymous':
    case 'app':
      return principal.kind;
    case 'installation':
      return `installation ${principal.token.installation.id}`;
    case 'user':
      return `user ${principal.account.login}`;
  }
}
