import type { Budget } from './ports.js';
import type { Moment } from './render.js';

/** Durations in milliseconds. */
export interface Pace {
  /** A stage that ends sooner is never shown as running: its two writes become one. */
  readonly beforeInProgress: number;
  /** Between two writes of a check that is not final. */
  readonly between: number;
  /** Ages at which a running stage's log is shown anew; after the last, at every step of `everyThen`. */
  readonly refreshAt: readonly number[];
  readonly everyThen: number;
  /** The first wait after a failed write; doubles up to `retryMost`. */
  readonly retryFirst: number;
  readonly retryMost: number;
  /** After the end of a run: a removed installation never takes its checks. */
  readonly giveUpAfter: number;
  /** Writes in flight per installation. */
  readonly inFlight: number;
}

export const DEFAULT_PACE: Pace = {
  beforeInProgress: 2_000,
  between: 2_000,
  refreshAt: [10_000, 30_000],
  everyThen: 60_000,
  retryFirst: 500,
  retryMost: 10_000,
  giveUpAfter: 7 * 24 * 60 * 60_000,
  inFlight: 4,
};

/** Above this share of the rate limit nobody needs to save. */
const PLENTY = 0.5;

/** Below this share what is left is for new checks and for ends. */
const SCARCE = 0.1;

/**
 * The pace while so much of the rate limit is left: what only shows progress becomes rarer in proportion.
 * Undefined: no progress is shown until the limit's reset.
 */
export function paceWithin(pace: Pace, budget: Budget | undefined): Pace | undefined {
  const share = budget === undefined ? 1 : budget.remaining / Math.max(1, budget.limit);
  if (share >= PLENTY) {
    return pace;
  }
  if (share < SCARCE) {
    return undefined;
  }
  const slow = PLENTY / share;
  return {
    ...pace,
    beforeInProgress: pace.beforeInProgress * slow,
    between: pace.between * slow,
    refreshAt: pace.refreshAt.map((at) => at * slow),
    everyThen: pace.everyThen * slow,
  };
}

/**
 * When a check that GitHub has should be told of `moment`; `writtenAt`: the last write, if any of ours.
 * An end is never put off.
 */
export function dueAt(moment: Moment, writtenAt: number | undefined, pace: Pace, budget?: Budget): number {
  if (moment.status === 'completed') {
    return 0;
  }
  const within = paceWithin(pace, budget);
  if (within === undefined) {
    return budget?.resetAt ?? 0;
  }
  const rested = writtenAt === undefined ? 0 : writtenAt + within.between;
  return Math.max(rested, moment.status === 'in_progress' ? shownFrom(moment, within) : 0);
}

/** Running for too short a time to be shown so. */
export function isYoung(moment: Moment, now: number, pace: Pace): boolean {
  return moment.status === 'in_progress' && now < shownFrom(moment, pace);
}

/** The next time at which a running stage's log is worth showing anew. */
export function refreshAfter(startedAt: number, writtenAt: number, usual: Pace, budget?: Budget): number {
  const pace = paceWithin(usual, budget);
  if (pace === undefined) {
    return budget?.resetAt ?? 0;
  }
  const age = writtenAt - startedAt;
  const early = pace.refreshAt.find((at) => at > age);
  const last = pace.refreshAt.at(-1) ?? 0;
  const steps = Math.floor((age - last) / pace.everyThen) + 1;
  return startedAt + (early ?? last + steps * pace.everyThen);
}

/** How long to wait after so many failures in a row. */
export function backoff(failures: number, pace: Pace): number {
  return Math.min(pace.retryMost, pace.retryFirst * 2 ** Math.min(failures - 1, 30));
}

function shownFrom(moment: Moment, pace: Pace): number {
  return (moment.startedAt ?? 0) + pace.beforeInProgress;
}
