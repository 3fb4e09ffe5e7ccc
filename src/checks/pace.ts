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

/** When a check that GitHub has should be told of `moment`; `writtenAt`: the last write, if any of ours. */
export function dueAt(moment: Moment, writtenAt: number | undefined, pace: Pace): number {
  if (moment.status === 'completed') {
    return 0;
  }
  const rested = writtenAt === undefined ? 0 : writtenAt + pace.between;
  return Math.max(rested, moment.status === 'in_progress' ? shownFrom(moment, pace) : 0);
}

/** Running for too short a time to be shown so. */
export function isYoung(moment: Moment, now: number, pace: Pace): boolean {
  return moment.status === 'in_progress' && now < shownFrom(moment, pace);
}

/** The next time at which a running stage's log is worth showing anew. */
export function refreshAfter(startedAt: number, writtenAt: number, pace: Pace): number {
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
