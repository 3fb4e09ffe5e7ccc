import { crc32 } from 'node:zlib';

import type { LogMark, LogStamp } from '../../logs/ports.js';
import type { Piece } from './piece.js';

/** What stands before the bytes of a frame, on a line of its own. */
interface Header {
  readonly offset: number;
  readonly bytes: number;
  readonly crc: number;
  readonly stamps: readonly LogStamp[];
  readonly marks: readonly LogMark[];
}

const LINE_END = 0x0a;

/** What stands before a piece's bytes in a tail: a line of JSON. */
export function headerOf({ offset, bytes, stamps, marks }: Piece): Buffer {
  const header: Header = { offset, bytes: bytes.length, crc: crc32(bytes), stamps, marks };
  return Buffer.from(`${JSON.stringify(header)}\n`);
}

/**
 * The frames of a tail up to the first that is not whole: a process that died, or a power cut, left it there.
 * What follows is not looked at: a script could print what looks like a frame.
 * @returns also the bytes that they take
 */
export function readFrames(content: Buffer): { readonly pieces: readonly Piece[]; readonly length: number } {
  const pieces: Piece[] = [];
  let length = 0;
  for (;;) {
    const end = content.indexOf(LINE_END, length);
    const header = end < 0 ? undefined : readHeader(content.toString('utf8', length, end));
    if (!header || end + 1 + header.bytes > content.length) return { pieces, length };
    const bytes = content.subarray(end + 1, end + 1 + header.bytes);
    if (crc32(bytes) !== header.crc) return { pieces, length };
    pieces.push({ offset: header.offset, bytes, stamps: header.stamps, marks: header.marks });
    length = end + 1 + header.bytes;
  }
}

function readHeader(line: string): Header | undefined {
  try {
    const { offset, bytes, crc, stamps, marks } = JSON.parse(line) as Partial<Header>;
    const isWhole = Array.isArray(stamps) && Array.isArray(marks) && crc !== undefined;
    return isWhole && offset !== undefined && bytes !== undefined && bytes >= 0
      ? { offset, bytes, crc, stamps, marks }
      : undefined;
  } catch {
    return undefined;
  }
}
