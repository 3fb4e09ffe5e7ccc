import type { LogMark, LogStamp } from '../../logs/ports.js';

/** A line of an index: a chunk, and where it is packed. Offsets are from the beginning of the fence. */
interface Line {
  /** Its number. */
  readonly chunk: number;
  readonly bytes: number;
  readonly newlines: number;
  /** The last byte of the log up to its end is a line end, or there is none. */
  readonly endsLine: boolean;
  /** Where the owner's numbering stands at its end. More than all bytes together where some never came. */
  readonly end: number;
  /** Number of the pack, and its place in there. */
  readonly file: number;
  readonly place: number;
  /** Bytes in the pack: of the compressed bytes, and of the compressed stamps behind them. */
  readonly packed: number;
  readonly stamps: number;
  /** What holds at its end. */
  readonly stamp?: LogStamp;
  readonly marks?: readonly LogMark[];
}

export interface Packed extends Line {
  /** Where it begins, and line ends before that. */
  readonly at: number;
  readonly newlinesBefore: number;
}

export function lineOf({ at: _at, newlinesBefore: _before, ...line }: Packed): string {
  return `${JSON.stringify(line satisfies Line)}\n`;
}

/**
 * The chunks of an index up to the first line that is not whole: a process that died left it there.
 * @returns also the bytes of their lines
 * @throws Error when it is damaged before its end
 */
export function readIndex(text: string): { readonly chunks: readonly Packed[]; readonly length: number } {
  const chunks: Packed[] = [];
  let length = 0;
  let [at, newlines] = [0, 0];
  for (;;) {
    const end = text.indexOf('\n', length);
    const line = end < 0 ? undefined : readLine(text.slice(length, end));
    if (!line) {
      // Nothing is written behind a line that is not whole: bytes were lost, and to go on here would write over what they say.
      if (end >= 0 && text.includes('\n', end + 1))
        throw new Error(`an index of a log is damaged at byte ${length}`);
      return { chunks, length };
    }
    chunks.push({ ...line, at, newlinesBefore: newlines });
    at += line.bytes;
    newlines += line.newlines;
    // All of it is ASCII but what JSON leaves as it is, and there are no texts in it.
    length = end + 1;
  }
}

function readLine(text: string): Line | undefined {
  try {
    const line = JSON.parse(text) as Partial<Line>;
    const numbers = [line.chunk, line.bytes, line.newlines, line.end, line.file, line.place, line.packed];
    return [...numbers, line.stamps].every(Number.isSafeInteger) ? (line as Line) : undefined;
  } catch {
    return undefined;
  }
}

/** The last chunk that begins at or before the offset and is not empty, or is the first. */
export function indexAt(chunks: readonly { readonly at: number }[], offset: number): number {
  let [low, high] = [0, chunks.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((chunks[middle]?.at ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
