import { withoutSequences } from './plain-text.js';
import type { LogArchive, LogId } from './ports.js';
import { type ScanOptions, scanLog } from './scan.js';

/** Lines that are named; more are only counted. */
export const MOST_NAMED = 100_000;

export interface Search {
  /** Fixed text, found in one line, whatever colours are between its letters. */
  readonly text: string;
  /** Otherwise letters are equal by Unicode's simple case folding: `ß` is not `ss`. */
  readonly isCaseSensitive: boolean;
}

export interface Found {
  /** Newly found lines, ascending, at most {@link MOST_NAMED} in all. */
  readonly lines: readonly number[];
  /** Lines found by now, each once. */
  readonly count: number;
  /** Lines looked at by now. */
  readonly scanned: number;
}

/** One answer for every part of the log that was looked at. @throws LogRemoved */
export async function* searchLog(
  archive: LogArchive,
  log: LogId,
  search: Search,
  options: ScanOptions = {},
): AsyncGenerator<Found, void> {
  const text = withoutSequences(search.text);
  // No line holds a line end, and every line holds nothing.
  if (text === '' || text.includes('\n')) return;
  const wanted = { kind: 'text', text, isCaseSensitive: search.isCaseSensitive } as const;
  let count = 0;
  for await (const { lines, scanned } of scanLog(archive, log, wanted, options)) {
    const named = lines.slice(0, Math.max(0, MOST_NAMED - count));
    count += lines.length;
    yield { lines: named, count, scanned };
  }
}
