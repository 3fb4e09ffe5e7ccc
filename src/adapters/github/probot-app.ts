import { Probot, ProbotOctokit } from 'probot';
import type { Logger } from '../../runs/ports.js';
import type { Credentials } from './clients.js';
import { type createWritePace, pacedOptions, timedFetch } from './octokit-options.js';
import { probotLog } from './probot-log.js';

export interface ProbotOptions extends Credentials {
  readonly webhookSecret: string;
  readonly webhookPath?: string | undefined;
  readonly logger: Logger;
}

/**
 * What receives webhooks. Its Octokit is paced with our own clients and does not try again by itself.
 * Throws without a webhook secret: Probot would take the word "development" for it.
 */
export function createProbotApp(options: ProbotOptions, pace: ReturnType<typeof createWritePace>): Probot {
  if (options.webhookSecret === '') {
    throw new Error('a webhook secret is needed: without one anybody could send webhooks');
  }
  return new Probot({
    appId: options.appId,
    privateKey: options.privateKey,
    secret: options.webhookSecret,
    ...(options.webhookPath === undefined ? {} : { webhookPath: options.webhookPath }),
    ...(options.baseUrl === undefined ? {} : { baseUrl: options.baseUrl }),
    // Otherwise Probot would take REDIS_URL for its throttling, and install a client for it.
    redisConfig: undefined,
    log: probotLog(options.logger),
    request: { fetch: timedFetch },
    // Probot puts its own options over an object; a function has the last word.
    Octokit: ProbotOctokit.defaults((given: OctokitGiven) => ({
      ...given,
      ...pacedOptions(pace, given.auth?.installationId),
    })),
  });
}

interface OctokitGiven {
  readonly auth?: { readonly installationId?: number };
}
