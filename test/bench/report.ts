import type { Sample } from './measure.js';

/** One thing measured, beside a known one measured in the same run: machines differ, ratios less. */
export interface Row {
  readonly name: string;
  readonly ours: Sample;
  readonly reference: { readonly name: string; readonly sample: Sample };
  /** Of both samples. */
  readonly unit?: 'ms' | 'MB' | 'requests';
  readonly goal: Goal;
  readonly note?: string;
}

/** For people: nothing depends on it. `ratio`: our median by the reference's; else a value of our sample, in its unit. */
export interface Goal {
  readonly of: 'ratio' | Exclude<keyof Sample, 'count'>;
  readonly atMost: number;
}

const HEAD = ['what', 'p50', 'p95', 'max', 'unit', 'reference', 'p50', 'ratio', 'goal', 'note'];

/** A reference that took no time, or could not be measured, makes every ratio a lie. */
export function isBroken({ reference: { sample } }: Row): boolean {
  return !(Number.isFinite(sample.p50) && sample.p50 > 0);
}

export function ratioOf({ ours, reference }: Row): number {
  return ours.p50 / reference.sample.p50;
}

export function meetsGoal(row: Row): boolean {
  const { of, atMost } = row.goal;
  return (of === 'ratio' ? ratioOf(row) : row.ours[of]) <= atMost;
}

export function goalText({ goal: { of, atMost }, unit = 'ms' }: Row): string {
  return of === 'ratio' ? `ratio ≤ ${atMost}` : `${of} ≤ ${atMost} ${unit}`;
}

export function table(rows: readonly Row[]): string {
  const cells = rows.map((row) => {
    const { name, ours, reference, unit = 'ms', note = '' } = row;
    return [
      name,
      ours.p50.toFixed(2),
      ours.p95.toFixed(2),
      ours.max.toFixed(2),
      unit,
      reference.name,
      reference.sample.p50.toFixed(2),
      ratioText(row),
      `${goalText(row)}${meetsGoal(row) ? '' : ' !'}`,
      note,
    ];
  });
  const widths = HEAD.map((title, column) =>
    Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(HEAD), line(widths.map((width) => '-'.repeat(width))), ...cells.map(line)].join('\n');
}

/** As many digits as tell it from its goal. */
export function ratioText(row: Row): string {
  const ratio = ratioOf(row);
  return ratio.toFixed(ratio < 0.1 ? 3 : 2);
}
