import { Octokit } from 'octokit';
import { z } from 'zod';
import { classify } from './classify.js';
import { timedFetch } from './octokit-options.js';

/** What GitHub says of an app once, when it has made it from a manifest. */
export interface RegisteredApp {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  /** The app's page; `installations/new` below it installs the app. */
  readonly htmlUrl: string;
  readonly webhookSecret: string;
  /** PEM */
  readonly privateKey: string;
  /** For people who sign in. */
  readonly clientId: string;
  readonly clientSecret: string;
}

const CONVERSION = z.object({
  id: z.int(),
  // It becomes the name of a file.
  slug: z.string().regex(/^[\w-]{1,100}$/),
  name: z.string(),
  html_url: z.url({ protocol: /^https?$/ }),
  webhook_secret: z.string().min(1),
  pem: z.string().includes('-----BEGIN'),
  client_id: z.string().min(1),
  client_secret: z.string().min(1),
});

/**
 * Takes the app that a person has just made; a code holds for an hour and works once.
 * https://docs.github.com/en/rest/apps/apps#create-a-github-app-from-a-manifest
 * @param apiUrl undefined: github.com
 * @throws GitHubFailure, or ZodError when the answer is not GitHub's
 */
export async function takeRegisteredApp(apiUrl: string | undefined, code: string): Promise<RegisteredApp> {
  const octokit = new Octokit({
    ...(apiUrl === undefined ? {} : { baseUrl: apiUrl }),
    request: { fetch: timedFetch },
    retry: { enabled: false },
    // One request in all needs no pace.
    throttle: { enabled: false },
  });
  const answer = await octokit
    .request('POST /app-manifests/{code}/conversions', { code })
    .catch((error: unknown) => {
      throw classify(error, Date.now());
    });
  const app = CONVERSION.parse(answer.data);
  return {
    id: app.id,
    slug: app.slug,
    name: app.name,
    htmlUrl: app.html_url,
    webhookSecret: app.webhook_secret,
    privateKey: app.pem,
    clientId: app.client_id,
    clientSecret: app.client_secret,
  };
}
