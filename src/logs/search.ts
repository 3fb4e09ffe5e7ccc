import { withoutSequences } from './plain-text.js';
import type { LogArchive, LogId } from './ports.js';
import { type ScannedText, type ScanOptions, scanLog } from './scan.js';

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
  // The engine's own search for fixed text: faster than an index of lower-cased copies, and it knows Unicode.
  const pattern = new RegExp(
    text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'),
    search.isCaseSensitive ? 'gu' : 'giu',
  );
  let count = 0;
  let last = 0;
  for await (const part of scanLog(archive, log, options)) {
    const lines: number[] = [];
    for (const { line } of linesWith(pattern, part)) {
      // A line that is longer than a part may be found in several.
      if (line === last) continue;
      last = line;
      count += 1;
      if (count <= MOST_NAMED) lines.push(line);
    }
    yield { lines, count, scanned: part.scanned };
  }
}

/** Every line that the pattern (global) is found in, once. */
export function* linesWith(
  pattern: RegExp,
  part: ScannedText,
): Generator<{ readonly line: number; readonly start: number; readonly end: number }, void> {
  const { text } = part;
  pattern.lastIndex = 0;
  let match = pattern.exec(text);
  if (!match) return;
  let { line } = part;
  let start = 0;
  for (; match; match = pattern.exec(text)) {
    for (
      let end = text.indexOf('\n', start);
      end >= 0 && end < match.index;
      end = text.indexOf('\n', start)
    ) {
      line += 1;
      start = end + 1;
    }
    const newline = text.indexOf('\n', match.index);
    const end = newline < 0 ? text.length : newline;
    yield { line, start, end };
    if (newline < 0) return;
    line += 1;
    start = end + 1;
    pattern.lastIndex = start;
  }
}
