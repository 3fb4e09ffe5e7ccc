/** Milliseconds. */
export interface Sample {
  readonly p50: number;
  readonly max: number;
}

/** How long something takes, one time after the other. */
export function sampleOf(times: number, work: () => unknown): Sample {
  return summaryOf(Array.from({ length: times }, () => timed(work)));
}

export function timed(work: () => unknown): number {
  const from = performance.now();
  work();
  return performance.now() - from;
}

export function summaryOf(times: readonly number[]): Sample {
  const sorted = times.toSorted((a, b) => a - b);
  return { p50: sorted[Math.floor(sorted.length / 2)] ?? NaN, max: sorted.at(-1) ?? NaN };
}
