import type { Gate } from './gate.js';
import { backoff, type Pace } from './pace.js';
import { CheckRetry, type Clock } from './ports.js';
import type { Next } from './rounds.js';

/** The tries of one lane: how often it has failed in a row, and when it is worth another one. */
export interface Tries {
  /** Never rejects: a failure is a reason to try again later. */
  attempt(step: () => Promise<Next>, failed: (error: unknown) => Promise<Next>): Promise<Next>;
  later(error: unknown): Next;
  /** A limit holds for all that the installation sends. */
  pauseFor(error: unknown): void;
  /** Since when every try has failed, ms since the epoch; undefined: the last one did not. */
  failingSince(): number | undefined;
}

export interface TriesDeps {
  readonly clock: Clock;
  readonly gate: Gate;
  readonly pace: Pace;
  /** Hears of a failure after which there will be another try, `again` milliseconds from now. */
  readonly told: (error: unknown, fields: { readonly failures: number; readonly again: number }) => void;
}

export function createTries({ clock, gate, pace, told }: TriesDeps): Tries {
  let failures = 0;
  let since: number | undefined;

  function later(error: unknown): Next {
    since ??= clock.now();
    failures += 1;
    const retryAt = error instanceof CheckRetry ? (error.retryAt ?? 0) : 0;
    const at = Math.max(retryAt, clock.now() + backoff(failures, pace));
    told(error, { failures, again: at - clock.now() });
    return { dirty: true, at, firm: true };
  }

  return {
    async attempt(step, failed) {
      try {
        const next = await step();
        failures = 0;
        since = undefined;
        return next;
      } catch (error) {
        return await failed(error).catch(later);
      }
    },
    later,
    pauseFor(error) {
      if (error instanceof CheckRetry && error.retryAt !== undefined) gate.pauseUntil(error.retryAt);
    },
    failingSince: () => since,
  };
}
