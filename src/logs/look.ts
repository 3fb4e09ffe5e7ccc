import { isNoise } from './cause/noise.js';
import { countNewlines } from './locate.js';
import { plainText } from './plain-text.js';
import type { Looked, Wanted } from './ports.js';
import { linesWith, type TextPart, textOf } from './text-part.js';
import { HINT, LOOKED_AT, looksLikeTrouble } from './trouble.js';

const NEWLINE = 0x0a;

/** V8 keeps longer strings apart, where only its slow collection looks: it took half the time of a search. */
const TEXT = 96 * 1024;

/** Lines of a part that hold what is wanted, ascending. */
export type FindLines = (part: TextPart) => Iterable<number>;

/**
 * What holds for a part of a log whatever is before and behind it. Needs nothing but these bytes: any thread may do it.
 * @param most bytes of text that are made at once, more or less
 */
export function look(bytes: Buffer, wanted: Wanted, most = TEXT): Looked {
  const begin = bytes.indexOf(NEWLINE) + 1;
  if (begin === 0) return { head: bytes, lines: new Uint32Array() };
  const end = bytes.lastIndexOf(NEWLINE) + 1;
  const find = findLines(wanted);
  const lines: number[] = [];
  let [counted, newlines] = [begin, 0];
  for (let from = begin; from < end; ) {
    const start = from;
    const until = endOfText(bytes, start, end, most);
    const found = find({
      text: textOf(bytes.subarray(start, until)),
      get line() {
        newlines += countNewlines(bytes.subarray(counted, start));
        counted = start;
        return newlines + 1;
      },
      isInside: false,
    });
    for (const line of found) lines.push(line);
    from = until;
  }
  return { head: bytes.subarray(0, begin), lines: Uint32Array.from(lines), tail: bytes.subarray(end) };
}

/** Behind a line end, not far away if lines are not long. */
function endOfText(bytes: Buffer, start: number, end: number, most: number): number {
  if (start + most >= end) return end;
  const near = bytes.lastIndexOf(NEWLINE, start + most - 1) + 1;
  return near > start ? near : bytes.indexOf(NEWLINE, start + most) + 1;
}

export function findLines(wanted: Wanted): FindLines {
  return wanted.kind === 'text' ? linesWithText(wanted) : linesOfTrouble;
}

function linesWithText({ text, isCaseSensitive }: Extract<Wanted, { kind: 'text' }>): FindLines {
  // The engine's own search for fixed text: faster than an index of lower-cased copies, and it knows Unicode.
  const pattern = new RegExp(
    text.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`),
    isCaseSensitive ? 'gu' : 'giu',
  );
  return function* (part) {
    for (const { line } of linesWith(pattern, part)) yield line;
  };
}

function* linesOfTrouble(part: TextPart): Generator<number> {
  for (const { line, start, end } of linesWith(HINT, part)) {
    // Patterns look at how a line begins.
    if (part.isInside && line === part.line) continue;
    const beginning = part.text.slice(start, Math.min(end, start + 2 * LOOKED_AT));
    if (plainText(beginning).split('\n').some(saysTrouble)) yield line;
  }
}

function saysTrouble(line: string): boolean {
  return looksLikeTrouble(line) && !isNoise(line);
}
