import { characterStart } from '../logs/utf8.js';

const NEWLINE = 0x0a;

/** A line longer than this, in bytes, is given in pieces: nobody keeps a gigabyte for its end. */
export const LONGEST_LINE = 64 * 1024;

/** Whole lines, without the last line end. */
export interface LineBatch {
  readonly text: string;
  /** Byte offset after the batch. */
  readonly end: number;
}

/** Cuts chunks of a log that begin at the offset `from` into batches of whole lines. */
export async function* lineBatches(
  chunks: AsyncIterable<Buffer>,
  from: number,
): AsyncGenerator<LineBatch, void> {
  let rest: Buffer = Buffer.alloc(0);
  let end = from;
  const take = (length: number, skipped: number): LineBatch => {
    const text = rest.toString('utf8', 0, length);
    rest = rest.subarray(length + skipped);
    end += length + skipped;
    return { text, end };
  };
  for await (const chunk of chunks) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const newline = rest.lastIndexOf(NEWLINE);
    if (newline >= 0) yield take(newline, 1);
    while (rest.length > LONGEST_LINE) yield take(characterStart(rest, LONGEST_LINE), 0);
  }
  if (rest.length > 0) yield take(rest.length, 0);
}
