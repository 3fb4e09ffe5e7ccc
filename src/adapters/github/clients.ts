import { createAppAuth } from '@octokit/auth-app';
import { Octokit, RequestError } from 'octokit';
import type { Budget, Logger, TrafficObserver } from '../../runs/ports.js';
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
  readonly traffic?: TrafficObserver | undefined;
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
  /** Speaks for whose token it is. Made anew: nothing of it stays. */
  person(token: string): Octokit;
  /** What is left of an installation's rate limit, as far as its answers told. */
  budget(installation: number): Budget | undefined;
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
  const known = new Map<number, { readonly octokit: Octokit; readonly limit: RateLimit }>();
  const limitOf = (whose: number | 'app'): RateLimit =>
    createRateLimit(now, (budget, resource) => options.traffic?.budget(whose, resource, budget));

  function connect(id: number) {
    const octokit = new Octokit({ ...common, ...pacedOptions(pace, id) });
    const limit = limitOf(id);
    watch(octokit, limit, options.traffic);
    guard(octokit, id, tokens, limit, now);
    const connected = { octokit, limit };
    known.set(id, connected);
    return connected;
  }

  const app = new Octokit({
    ...common,
    ...pacedOptions(pace, undefined),
    authStrategy: createAppAuth,
    auth: { appId: options.appId, privateKey: options.privateKey },
  });
  const ofApp = limitOf('app');
  watch(anonymous, ofApp, options.traffic);
  watch(app, ofApp, options.traffic);
  app.hook.error('request', (error) => {
    throw classify(error, now());
  });

  return {
    tokens,
    pace,
    app: () => app,
    person(token) {
      const octokit = new Octokit({ ...common, ...pacedOptions(pace, undefined), auth: token });
      octokit.hook.error('request', (error) => {
        throw classify(error, now());
      });
      return octokit;
    },
    installation: (id) => (known.get(id) ?? connect(id)).octokit,
    budget: (id) => known.get(id)?.limit.budget(),
  };
}

/** Learns from every answer what is left, and counts it. */
function watch(octokit: Octokit, limit: RateLimit, traffic: TrafficObserver | undefined): void {
  octokit.hook.wrap('request', async (request, options) => {
    const operation = operationOf(options);
    try {
      const response = await request(options);
      limit.observe(response.headers);
      traffic?.asked(operation, response.status);
      return response;
    } catch (error) {
      const response = error instanceof RequestError ? error.response : undefined;
      limit.observe(response?.headers ?? {});
      traffic?.asked(operation, response?.status);
      throw error;
    }
  });
}

/** The template, without what would make a new series of metrics for every repository or page. */
function operationOf({ method, url }: { readonly method: string; readonly url: string }): string {
  return /^https?:/.test(url) ? `${method} next page` : `${method} ${url}`;
}

/** Around every request: the quota before, a token with it, sense made of the answer after. */
function guard(octokit: Octokit, id: number, tokens: Tokens, limit: RateLimit, now: () => number): void {
  octokit.hook.wrap('request', async (request, options) => {
    const send = async (token: string) => {
      const openFrom = limit.openFrom();
      if (openFrom > now()) {
        throw new GitHubFailure('the rate limit leaves nothing to send', {
          kind: 'limited',
          retryAt: openFrom,
        });
      }
      options.headers.authorization = `token ${token}`;
      try {
        return await request(options);
      } catch (error) {
        const failure = classify(error, now());
        if (failure.kind === 'limited' && failure.retryAt !== undefined) {
          limit.closeUntil(failure.retryAt);
        }
        throw failure;
      }
    };
    const token = await tokens.installation(id);
    const response = await send(token).catch(async (failure: unknown) => {
      // Kept for 59 minutes, revoked before: once more with a new one.
      if (failure instanceof GitHubFailure && failure.kind === 'unauthorized') {
        return await send(await tokens.renew(id, token));
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
