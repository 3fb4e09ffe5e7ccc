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
  /** A new one: the kept one was revoked, or GitHub forgot it. */
  refresh(id: number): Promise<string>;
  /** Reads the contents of this one repository, for ten minutes at least. */
  clone(repository: Repository): Promise<string>;
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
  return {
    installation: async (installationId) => (await ask({ installationId })).token,
    refresh: async (installationId) => (await ask({ installationId, refresh: true })).token,
    async clone({ id, installationId }) {
      const options = { installationId, repositoryIds: [id], permissions: { contents: 'read' } } as const;
      const kept = await ask(options);
      const left = Date.parse(kept.expiresAt) - app.now();
      return left >= CLONE_TOKEN_LEFT_MS ? kept.token : (await ask({ ...options, refresh: true })).token;
    },
  };
}
