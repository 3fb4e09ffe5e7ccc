import type { Conclusion } from '../pipeline/model.js';
import type { RunFigure } from './ports.js';

const DAY_MS = 24 * 3600 * 1000;

/** Runs in numbers, of a day or of all of them. */
export interface Figures {
  readonly passed: number;
  readonly failed: number;
  /** Milliseconds that half of the runs, and 95 of 100, did not exceed; undefined: none ran. */
  readonly p50: number | undefined;
  readonly p95: number | undefined;
}

export interface DayFigures extends Figures {
  /** `2026-11-22`, in UTC. */
  readonly day: string;
}

const FAILED: readonly Conclusion[] = ['failure', 'timed_out'];

/** Runs that passed or failed; others say nothing of either. */
export function figuresOf(runs: readonly RunFigure[]): Figures {
  const telling = runs.filter(({ conclusion }) => conclusion === 'success' || FAILED.includes(conclusion));
  const lasted = telling.flatMap(({ lastedMs }) => lastedMs ?? []).toSorted((a, b) => a - b);
  const passed = telling.filter(({ conclusion }) => conclusion === 'success').length;
  return {
    passed,
    failed: telling.length - passed,
    p50: percentile(lasted, 50),
    p95: percentile(lasted, 95),
  };
}

/** Each day from the first with a run to today, also those without one. */
export function byDay(runs: readonly RunFigure[], now: number): readonly DayFigures[] {
  const days = new Map<number, RunFigure[]>();
  for (const run of runs) {
    const day = Math.floor(run.createdAt / DAY_MS);
    const those = days.get(day);
    if (those === undefined) days.set(day, [run]);
    else those.push(run);
  }
  const first = [...days.keys()].reduce((least, day) => Math.min(least, day), Number.POSITIVE_INFINITY);
  const last = Math.floor(now / DAY_MS);
  const all: DayFigures[] = [];
  for (let day = first; day <= last; day += 1) {
    all.push({ day: new Date(day * DAY_MS).toISOString().slice(0, 10), ...figuresOf(days.get(day) ?? []) });
  }
  return all;
}

/** The nearest rank: a number that was measured. */
function percentile(sorted: readonly number[], percent: number): number | undefined {
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)];
}
