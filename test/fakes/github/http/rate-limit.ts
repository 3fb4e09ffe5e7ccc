import { ApiError } from './api-error.js';

export interface Quota {
  readonly limit: number;
  readonly remaining: number;
  /** Milliseconds since the epoch. */
  readonly resetAt: number;
}

/** GitHub's primary rate limit: so many requests an hour, for each principal. */
export interface RateLimit {
  quota(key: string): Quota;
  /** @throws ApiError 403 when nothing is left */
  spend(key: string): void;
  /** Changes what every principal has left now; the window goes on to `resetAt`. */
  set(quota: { readonly remaining: number; readonly resetAt?: number }): void;
  headers(key: string): Record<string, string>;
}

const WINDOW_MS = 3_600_000;

export function createRateLimit(limit: number, now: () => number): RateLimit {
  const quotas = new Map<string, Quota>();
  let forced: Quota | undefined;
  const quota = (key: string): Quota => {
    const known = quotas.get(key) ?? forced;
    if (known !== undefined && known.resetAt > now()) return known;
    return { limit, remaining: limit, resetAt: now() + WINDOW_MS };
  };
  const headers = (key: string): Record<string, string> => {
    const { remaining, resetAt } = quota(key);
    return {
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': String(remaining),
      'x-ratelimit-used': String(limit - remaining),
      'x-ratelimit-reset': String(Math.ceil(resetAt / 1000)),
      'x-ratelimit-resource': 'core',
    };
  };
  return {
    quota,
    headers,
    spend: (key) => {
      const left = quota(key);
      if (left.remaining === 0) throw new ApiError(403, `API rate limit exceeded for ${key}.`);
      quotas.set(key, { ...left, remaining: left.remaining - 1 });
    },
    set: ({ remaining, resetAt }) => {
      quotas.clear();
      forced = { limit, remaining, resetAt: resetAt ?? now() + WINDOW_MS };
    },
  };
}
