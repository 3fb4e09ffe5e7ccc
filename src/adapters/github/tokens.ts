import { createAppAuth, type InstallationAuthOptions } from '@octokit/auth-app';
import type { Octokit } from 'octokit';
import type { Repository } from '../../pipeline/model.js';
import { classify } from './classify.js';
import { GitHubFailure } from './failure.js';

/** Installation tokens live for an hour; a job that gets one should be able to use it for a while. */
const CLONE_TOKEN_LEFT_MS = 10 * 60_000;

/** Tokens by which we speak to GitHub. All reject with a `no_token` {@link GitHubFailure}. */
export interface Tokens {
  /** With all that the installation grants. Kept until it expires, or until `refresh`. */
  installation(id: number): Promise<string>;
  /** Another one than `refused`, which was revoked, or forgotten by GitHub. */
  renew(id: number, refused: string): Promise<string>;
  /** Reads the contents of this one repository, for ten minutes at least; another one than `refused`. */
  clone(repository: Repository, refused?: string): Promise<string>;
}

/** `request` says how to reach GitHub. The kind of authentication is this file's. */
export function createTokens(
  app: { readonly appId: number; readonly privateKey: string; readonly now: () => number },
  request: Octokit['request'],
): Tokens {
  const auth = createAppAuth({ appId: app.appId, privateKey: app.privateKey, request });
  const ask = async (options: Omit<InstallationAuthOptions, 'type'>) => {
    try {
      return await auth({ ...options, type: 'installation' });
    } catch (error) {
      const { message, status, retryAt, requestId } = classify(error, app.now());
      throw new GitHubFailure(`no installation token: ${message}`, {
        kind: 'no_token',
        status,
        retryAt,
        requestId,
      });
    }
  };
  /** How often an installation's tokens were found to be no good any more. */
  const renewals = new Map<number, number>();
  const renewing = new Map<number, Promise<string>>();
  /** At which renewal a repository got its token. */
  const clones = new Map<string, number>();

  const installation = async (installationId: number): Promise<string> =>
    (await ask({ installationId })).token;

  async function replace(installationId: number, refused: string): Promise<string> {
    const kept = await installation(installationId);
    // Requests that were under way together are refused together: one of them gets the token for all.
    if (kept !== refused) {
      return kept;
    }
    renewals.set(installationId, (renewals.get(installationId) ?? 0) + 1);
    return (await ask({ installationId, refresh: true })).token;
  }

  return {
    installation,
    async renew(id, refused) {
      const before = renewing.get(id);
      const mine = before ?? replace(id, refused).finally(() => renewing.delete(id));
      renewing.set(id, mine);
      return await mine;
    },
    async clone({ id, installationId }, refused) {
      const options = { installationId, repositoryIds: [id], permissions: { contents: 'read' } } as const;
      const renewal = renewals.get(installationId) ?? 0;
      const name = `${String(installationId)}/${String(id)}`;
      // Whatever took the installation's token (a suspension, say) took those made for git as well; git only fails.
      const isRevoked = renewal > (clones.get(name) ?? 0);
      const kept = await ask({ ...options, refresh: isRevoked });
      clones.set(name, renewal);
      const left = Date.parse(kept.expiresAt) - app.now();
      return left >= CLONE_TOKEN_LEFT_MS && kept.token !== refused
        ? kept.token
        : (await ask({ ...options, refresh: true })).token;
    },
  };
}
