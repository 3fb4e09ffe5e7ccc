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

/** One installation's quota as the last answers left it. */
export interface RateLimit {
  /** The time before which nothing should be sent; in the past: send. Writes are spread when little is left. */
  openFrom(isWrite: boolean): number;
  /** After each answer, good or bad. */
  observe(headers: Headers): void;
  /** After a refusal. */
  closeUntil(at: number): void;
}

/** Below this share of the quota, what is left must do until the reset. */
const SCARCE = 0.1;

export function createRateLimit(now: () => number): RateLimit {
  let closedUntil = 0;
  let writesFrom = 0;
  return {
    openFrom: (isWrite) => (isWrite ? Math.max(closedUntil, writesFrom) : closedUntil),
    observe(headers) {
      const quota = quotaOf(headers);
      if (quota === undefined) {
        return;
      }
      if (quota.remaining === 0) {
        closedUntil = Math.max(closedUntil, quota.resetAt);
      } else if (quota.remaining < quota.limit * SCARCE) {
        writesFrom = now() + Math.max(0, quota.resetAt - now()) / quota.remaining;
      } else {
        writesFrom = 0;
      }
    },
    closeUntil(at) {
      closedUntil = Math.max(closedUntil, at);
    },
  };
}

interface Quota {
  readonly limit: number;
  readonly remaining: number;
  /** ms since the epoch */
  readonly resetAt: number;
}

function quotaOf(headers: Headers): Quota | undefined {
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
