import { randomBytes } from 'node:crypto';
import type { Account, App, Installation, InstallationToken, Permissions, UserToken } from './model.js';
import { repositoriesOf, type State } from './state.js';

export interface Grant {
  readonly permissions: Permissions;
  /** Repository ids; `undefined` is all that the installation has. */
  readonly repositories: ReadonlySet<number> | undefined;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export function issueToken(state: State, installation: Installation, grant: Grant): InstallationToken {
  const token = { ...grant, value: newTokenValue(state.app, grant), installation, revoked: false };
  state.tokens.set(token.value, token);
  return token;
}

/**
 * `ghs_<app>_<JWT>`: the long form, some 520 characters with dots and underscores, which code that
 * expects the 40 characters of old does not survive.
 */
function newTokenValue(app: App, grant: Grant): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const header = part({ alg: 'RS256', typ: 'JWT' });
  const claims = part({
    iss: app.clientId,
    exp: Math.floor(grant.expiresAt / 1000),
    jti: randomBytes(12).toString('hex'),
  });
  return `ghs_${app.id}_${header}.${claims}.${randomBytes(256).toString('base64url')}`;
}

/** `github_pat_…`, a fine-grained one. */
export function issueUserToken(
  state: State,
  account: Account,
  limits: Pick<UserToken, 'permissions' | 'repositories'>,
): UserToken {
  const value = `github_pat_11${randomBytes(10).toString('hex').toUpperCase()}_${randomBytes(29).toString('hex')}`;
  const token = { ...limits, value, account, revoked: false };
  state.userTokens.set(value, token);
  return token;
}

/** `ghu_…`, of somebody who signed in: it sees what both the person and the App see. */
export function issueSignInToken(state: State, account: Account, expiresAt: number): UserToken {
  const token: UserToken = {
    value: `ghu_${randomBytes(18).toString('hex')}`,
    refreshToken: `ghr_${randomBytes(38).toString('hex')}`,
    account,
    expiresAt,
    revoked: false,
    get permissions() {
      return state.app.permissions;
    },
    get repositories() {
      const covered = [...state.installations.values()].flatMap((one) => repositoriesOf(state, one));
      return new Set(covered.map(({ id }) => id));
    },
  };
  state.userTokens.set(token.value, token);
  return token;
}

export type TokenProblem = 'unknown' | 'expired' | 'revoked';

export function checkToken(state: State, value: string, now: number): InstallationToken | TokenProblem {
  const token = state.tokens.get(value);
  if (token === undefined) return 'unknown';
  if (token.revoked) return 'revoked';
  return token.expiresAt <= now ? 'expired' : token;
}
