import { isAscii } from 'node:buffer';

import { withoutSequences } from './plain-text.js';

/** A part of a log as text without escape sequences, which is what people look for. */
export interface TextPart {
  /** Whole lines; or a part of one that is very long. */
  readonly text: string;
  /** Number of the line that it begins in. Counted when it is asked for: most parts hold nothing. */
  readonly line: number;
  /** It begins inside that line. */
  readonly isInside: boolean;
}

/** Where a line begins and ends in the text of its part. */
export interface LineInPart {
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

/** Of ASCII, one byte is one character: it needs no decoding, and escape sequences begin with ESC alone. */
export function textOf(bytes: Buffer): string {
  if (!isAscii(bytes)) return withoutSequences(bytes.toString('utf8'));
  const text = bytes.toString('latin1');
  return bytes.includes(0x1b) ? withoutSequences(text) : text;
}

/** Every line that the pattern (global) is found in, once. */
export function* linesWith(pattern: RegExp, part: TextPart): Generator<LineInPart> {
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
