import type { Budget } from '../../runs/ports.js';

export type Headers = Readonly<Record<string, string | number | undefined>>;

/** What GitHub asks to wait without saying for how long, in ms. */
const UNSAID = 60_000;

/**
 * When GitHub takes requests again (ms since the epoch); undefined when it did not say to wait.
 * https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#handle-rate-limit-errors-appropriately
 */
export function waitUntil(headers: Headers, now: number): number | undefined {
  const after = headers['retry-after'];
  if (after !== undefined) {
    const seconds = Number(after);
    const date = Number.isNaN(seconds) ? Date.parse(String(after)) : now + seconds * 1000;
    return Number.isNaN(date) ? now + UNSAID : date;
  }
  const quota = quotaOf(headers);
  return quota?.remaining === 0 ? quota.resetAt : undefined;
}

/** When to come back after a refusal that is known to be a limit. */
export function waitUntilAnyway(headers: Headers, now: number): number {
  return waitUntil(headers, now) ?? now + UNSAID;
}

/** One installation's quota as the last answers left it. What is left is shared out by who sends (checks/pace). */
export interface RateLimit {
  /** The time before which nothing should be sent; in the past: send. */
  openFrom(): number;
  /** After each answer, good or bad. */
  observe(headers: Headers): void;
  /** After a refusal. */
  closeUntil(at: number): void;
  /** Of what our requests spend; undefined while GitHub has not told, and after the reset. */
  budget(): Budget | undefined;
}

/** Of the resources that GitHub counts apart, the one of all requests that are not searches or GraphQL. */
const CORE = 'core';

export function createRateLimit(
  now: () => number,
  told: (budget: Budget, resource: string) => void,
): RateLimit {
  let closedUntil = 0;
  let core: Budget | undefined;
  return {
    openFrom: () => closedUntil,
    observe(headers) {
      const quota = quotaOf(headers);
      if (quota === undefined) {
        return;
      }
      const resource = String(headers['x-ratelimit-resource'] ?? CORE);
      told(quota, resource);
      if (resource !== CORE) {
        return;
      }
      core = newer(core, quota);
      if (quota.remaining === 0) {
        closedUntil = Math.max(closedUntil, quota.resetAt);
      }
    },
    closeUntil(at) {
      closedUntil = Math.max(closedUntil, at);
    },
    budget: () => (core !== undefined && core.resetAt > now() ? core : undefined),
  };
}

/** Answers overtake each other: within one window what is left only shrinks. */
function newer(known: Budget | undefined, told: Budget): Budget {
  return known !== undefined && known.resetAt === told.resetAt && known.remaining < told.remaining
    ? known
    : told;
}

function quotaOf(headers: Headers): Budget | undefined {
  const [limit, remaining, reset] = ['limit', 'remaining', 'reset'].map((name) => {
    const value = headers[`x-ratelimit-${name}`];
    return value === undefined ? Number.NaN : Number(value);
  });
  if (limit === undefined || remaining === undefined || reset === undefined) {
    return undefined;
  }
  // The reset is told in whole seconds: a second later it is past for certain.
  const quota = { limit, remaining, resetAt: (reset + 1) * 1000 };
  return Number.isNaN(limit + remaining + reset) ? undefined : quota;
}
