import { characterStart } from './utf8.js';

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** Bytes of one line that are kept: a screen shows less, and nobody holds a gigabyte for one line. */
export const LONGEST_LINE = 16 * 1024;

/** A line as it was printed, as far as it is kept. */
export interface PrintedLine {
  /** Byte offset where it begins. */
  readonly start: number;
  /** Without its line end (`\n`, `\r\n`). */
  readonly text: string;
  /** Bytes of it that are not in `text`. */
  readonly more: number;
}

/** Cuts a log into lines, piece by piece, and keeps never more than one line's beginning. */
export interface LineSplitter {
  /** The lines that end in the piece. */
  push(bytes: Buffer): readonly PrintedLine[];
  /** The line that has not ended; undefined: there is none. */
  open(): PrintedLine | undefined;
  /** Of the line that has not ended. */
  openBytes(): number;
  /** So many bytes of the open line are known to have no line end and are not looked at. */
  skip(bytes: number): void;
}

/** `offset`: of the first byte that comes, the beginning of a line. */
export function createLineSplitter(offset: number): LineSplitter {
  let start = offset;
  let position = offset;
  /** The beginning of the open line, one byte more than is shown of it: does a character begin there? */
  let kept: Buffer[] = [];
  let keptBytes = 0;

  const keep = (bytes: Buffer): void => {
    const room = LONGEST_LINE + 1 - keptBytes;
    if (room <= 0 || bytes.length === 0) return;
    const piece = bytes.subarray(0, room);
    kept.push(piece);
    keptBytes += piece.length;
  };
  const line = (end: number, isEnded: boolean): PrintedLine => {
    const [only] = kept;
    return printedLine(start, end - start, kept.length === 1 && only ? only : Buffer.concat(kept), isEnded);
  };
  const finish = (end: number): PrintedLine => {
    const finished = line(end, true);
    start = end + 1;
    position = start;
    kept = [];
    keptBytes = 0;
    return finished;
  };
  return {
    push: (bytes) => {
      const lines: PrintedLine[] = [];
      const base = position;
      let at = 0;
      for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, at)) {
        keep(bytes.subarray(at, end));
        lines.push(finish(base + end));
        at = end + 1;
      }
      // A copy: a few bytes must not hold the whole piece for as long as the line is open.
      if (at < bytes.length) keep(Buffer.from(bytes.subarray(at, at + LONGEST_LINE + 1)));
      position = base + bytes.length;
      return lines;
    },
    open: () => (position > start ? line(position, false) : undefined),
    openBytes: () => position - start,
    skip: (bytes) => {
      position += bytes;
    },
  };
}

function printedLine(start: number, length: number, bytes: Buffer, isEnded: boolean): PrintedLine {
  if (length > LONGEST_LINE) {
    const shown = characterStart(bytes, LONGEST_LINE);
    return { start, text: bytes.toString('utf8', 0, shown), more: length - shown };
  }
  const isReturned = isEnded && bytes.at(-1) === RETURN;
  return { start, text: bytes.toString('utf8', 0, length - (isReturned ? 1 : 0)), more: 0 };
}
