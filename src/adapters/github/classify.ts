import { RequestError } from 'octokit';
import { z } from 'zod';
import { type FailureKind, GitHubFailure } from './failure.js';
import { type Headers, waitUntil, waitUntilAnyway } from './rate-limit.js';

/** A refusal repeats what it was sent: enough to know why, too little to be a payload. */
const MESSAGE_CHARACTERS = 300;

/** What GitHub puts into the body of a refusal. */
const REFUSAL = z.object({
  documentation_url: z.string().optional(),
  errors: z.array(z.object({ code: z.string().optional() }).or(z.string())).optional(),
});

/** Turns what Octokit throws into what it means. `now` in ms since the epoch. */
export function classify(error: unknown, now: number): GitHubFailure {
  if (error instanceof GitHubFailure) {
    return error;
  }
  const response = error instanceof RequestError ? error.response : undefined;
  if (response === undefined) {
    // Octokit calls it status 500 when the connection broke or the time was up.
    return new GitHubFailure(`GitHub did not answer: ${messageOf(error)}`, { kind: 'unanswered' });
  }
  const { status } = response;
  const headers: Headers = response.headers;
  const refusal = REFUSAL.safeParse(response.data).data;
  const kind = kindOf(status, headers, refusal?.documentation_url);
  return new GitHubFailure(`GitHub answered ${status}: ${messageOf(error)}`, {
    kind,
    status,
    retryAt: kind === 'limited' ? waitUntilAnyway(headers, now) : waitUntil(headers, now),
    requestId: response.headers['x-github-request-id'],
    codes: refusal?.errors?.flatMap((one) => (typeof one === 'object' ? (one.code ?? []) : [])),
  });
}

function kindOf(status: number, headers: Headers, documentation: string | undefined): FailureKind {
  if (status >= 500 || status === 408) {
    return 'unanswered';
  }
  switch (status) {
    case 401:
      return 'unauthorized';
    case 403:
      return isLimit(headers, documentation) ? 'limited' : 'forbidden';
    case 429:
      return 'limited';
    default:
      return 'refused';
  }
}

/** 403 has many meanings. GitHub tells a limit by its headers, and links to the page about it. */
function isLimit(headers: Headers, documentation: string | undefined): boolean {
  return (
    headers['retry-after'] !== undefined ||
    Number(headers['x-ratelimit-remaining'] ?? 1) === 0 ||
    /rate-limit/u.test(documentation ?? '')
  );
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, MESSAGE_CHARACTERS);
}
