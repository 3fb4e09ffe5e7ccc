import type { Sample } from './measure.js';

/** One thing measured, beside a known one measured in the same run: machines differ, ratios less. */
export interface Row {
  readonly name: string;
  readonly ours: Sample;
  readonly reference: { readonly name: string; readonly sample: Sample };
  /** What it should stay below: milliseconds of its largest sample. For people, nothing depends on it. */
  readonly goal: number;
  readonly note?: string;
}

const HEAD = ['what', 'p50 ms', 'max ms', 'goal ms', 'reference', 'p50 ms', 'ratio', 'slowest'];

/** A reference that took no time, or could not be measured, makes every ratio a lie. */
export function isBroken({ reference: { sample } }: Row): boolean {
  return !(Number.isFinite(sample.p50) && sample.p50 > 0);
}

export function table(rows: readonly Row[]): string {
  const cells = rows.map(({ name, ours, reference, goal, note = '' }) => [
    name,
    ours.p50.toFixed(2),
    `${ours.max.toFixed(2)}${ours.max > goal ? ' !' : ''}`,
    `< ${goal}`,
    reference.name,
    reference.sample.p50.toFixed(2),
    `${(ours.p50 / reference.sample.p50).toFixed(1)}x`,
    note,
  ]);
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
