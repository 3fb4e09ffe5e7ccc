import { setImmediate } from 'node:timers/promises';
import { diffArrays } from 'diff';
import { normalise } from './normalise.js';

/** Lines of context on either side. */
const CONTEXT = 3;

/** Logs that differ by more than this say nothing by their differences. */
const MOST_EDITS = 6000;
const MOST_MS = 2000;

const LINES_AT_ONCE = 200;

/** A line of a log with its number there, from 1. */
export type DifferenceLine =
  | { readonly kind: 'same'; readonly text: string; readonly before: number; readonly after: number }
  | { readonly kind: 'removed'; readonly text: string; readonly before: number }
  | { readonly kind: 'added'; readonly text: string; readonly after: number };

export interface Compared {
  /** Pieces of both logs where they differ, with what stands around. None: nothing differs. */
  readonly hunks: readonly (readonly DifferenceLine[])[];
  readonly added: number;
  readonly removed: number;
}

/** Consecutive lines of a log. */
export interface Lines {
  /** Number of the first one. */
  readonly from: number;
  readonly lines: readonly string[];
}

/** What of `after` is not in `before`, but for what differs from run to run. Undefined: too much differs. */
export async function compare(before: Lines, after: Lines): Promise<Compared | undefined> {
  const changes = await changesBetween(await normalised(before.lines), await normalised(after.lines));
  if (changes === undefined) return undefined;
  const all: DifferenceLine[] = [];
  let [old, now] = [0, 0];
  for (const { added, removed, count } of changes) {
    for (let left = count; left > 0; left -= 1) {
      if (added) {
        all.push({ kind: 'added', text: after.lines[now] ?? '', after: after.from + now });
      } else if (removed) {
        all.push({ kind: 'removed', text: before.lines[old] ?? '', before: before.from + old });
      } else {
        const places = { before: before.from + old, after: after.from + now };
        all.push({ kind: 'same', text: after.lines[now] ?? '', ...places });
      }
      if (!added) old += 1;
      if (!removed) now += 1;
    }
  }
  return {
    hunks: hunksOf(all),
    added: all.filter(({ kind }) => kind === 'added').length,
    removed: all.filter(({ kind }) => kind === 'removed').length,
  };
}

/** Long lines of little but numbers take seconds: others get their turn in between. */
async function normalised(lines: readonly string[]): Promise<string[]> {
  const all: string[] = [];
  for (let from = 0; from < lines.length; from += LINES_AT_ONCE) {
    for (const line of lines.slice(from, from + LINES_AT_ONCE)) all.push(normalise(line));
    await setImmediate();
  }
  return all;
}

type Changes = readonly { readonly added: boolean; readonly removed: boolean; readonly count: number }[];

/** With a callback it lets others have a turn between its rounds. */
function changesBetween(before: string[], after: string[]): Promise<Changes | undefined> {
  return new Promise((resolve) => {
    diffArrays(before, after, { maxEditLength: MOST_EDITS, timeout: MOST_MS, callback: resolve });
  });
}

/** What differs with its context; what lies close together is one. */
function hunksOf(all: readonly DifferenceLine[]): readonly (readonly DifferenceLine[])[] {
  const hunks: { start: number; end: number }[] = [];
  for (const [at, { kind }] of all.entries()) {
    if (kind === 'same') continue;
    const last = hunks.at(-1);
    const start = Math.max(0, at - CONTEXT);
    const end = Math.min(all.length, at + CONTEXT + 1);
    if (last !== undefined && start <= last.end) last.end = end;
    else hunks.push({ start, end });
  }
  return hunks.map(({ start, end }) => all.slice(start, end));
}
