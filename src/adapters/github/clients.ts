import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from 'octokit';
import type { Logger } from '../../runs/ports.js';
import { classify } from './classify.js';
import { GitHubFailure } from './failure.js';
import { createWritePace, octokitLog, pacedOptions, timedFetch } from './octokit-options.js';
import { createRateLimit, type RateLimit } from './rate-limit.js';
import { createTokens, type Tokens } from './tokens.js';

export interface Credentials {
  readonly appId: number;
  readonly privateKey: string;
  /** Absent: github.com. `https://host/api/v3` on GitHub Enterprise Server. */
  readonly baseUrl?: string | undefined;
}

export interface ClientOptions extends Credentials {
  readonly logger: Logger;
  /** ms since the epoch */
  readonly now?: () => number;
}

/** Ways to GitHub. Every request of theirs rejects with {@link GitHubFailure} and is never repeated. */
export interface Clients {
  readonly tokens: Tokens;
  readonly pace: ReturnType<typeof createWritePace>;
  /** Speaks for the installation; paced together with all others of it. */
  installation(id: number): Octokit;
  /** Speaks for the App itself. */
  app(): Octokit;
}

export function createClients(options: ClientOptions): Clients {
  const now = options.now ?? Date.now;
  const log = octokitLog(options.logger);
  const common = {
    ...(options.baseUrl === undefined ? {} : { baseUrl: options.baseUrl }),
    log,
    request: { fetch: timedFetch, log },
  };
  const pace = createWritePace();
  // Probot's own client would ask api.github.com for tokens, whatever its baseUrl.
  const anonymous = new Octokit({ ...common, ...pacedOptions(pace, undefined) });
  const tokens = createTokens({ ...options, now }, anonymous.request);
  const known = new Map<number, Octokit>();

  function connect(id: number): Octokit {
    const octokit = new Octokit({ ...common, ...pacedOptions(pace, id) });
    guard(octokit, id, tokens, createRateLimit(now), now);
    return octokit;
  }

  const app = new Octokit({
    ...common,
    ...pacedOptions(pace, undefined),
    authStrategy: createAppAuth,
    auth: { appId: options.appId, privateKey: options.privateKey },
  });
  app.hook.error('request', (error) => {
    throw classify(error, now());
  });

  return {
    tokens,
    pace,
    app: () => app,
    installation(id) {
      const octokit = known.get(id) ?? connect(id);
      known.set(id, octokit);
      return octokit;
    },
  };
}

/** Around every request: the quota before, a token with it, sense made of the answer after. */
function guard(octokit: Octokit, id: number, tokens: Tokens, limit: RateLimit, now: () => number): void {
  octokit.hook.wrap('request', async (request, options) => {
    const send = async (token: string) => {
      const openFrom = limit.openFrom(options.method !== 'GET');
      if (openFrom > now()) {
        throw new GitHubFailure('the rate limit leaves nothing to send', {
          kind: 'limited',
          retryAt: openFrom,
        });
      }
      options.headers.authorization = `token ${token}`;
      try {
        const response = await request(options);
        limit.observe(response.headers);
        return response;
      } catch (error) {
        const failure = classify(error, now());
        if (failure.kind === 'limited' && failure.retryAt !== undefined) {
          limit.closeUntil(failure.retryAt);
        }
        throw failure;
      }
    };
    const response = await send(await tokens.installation(id)).catch(async (failure: unknown) => {
      // Kept for 59 minutes, revoked before: once more with a new one.
      if (failure instanceof GitHubFailure && failure.kind === 'unauthorized') {
        return await send(await tokens.refresh(id));
      }
      throw failure;
    });
    return whole(response);
  });
}

/** An answer that broke off reaches us as a text, by Octokit's kindness as an empty one. */
function whole<T extends { readonly status: number; readonly data: unknown }>(response: T): T {
  const isJson = typeof response.data === 'object' && !(response.data instanceof ArrayBuffer);
  if (!isJson && response.status !== 204) {
    throw new GitHubFailure('the answer broke off', { kind: 'unanswered', status: response.status });
  }
  return response;
}
