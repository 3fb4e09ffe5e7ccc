import type { LogMark, LogStamp } from '../../logs/ports.js';

/** A segment, or a part of one: offsets of stamps and marks are from its beginning. */
export interface Piece {
  /** Of its first byte, in the owner's numbering. */
  readonly offset: number;
  readonly bytes: Buffer;
  readonly stamps: readonly LogStamp[];
  readonly marks: readonly LogMark[];
}

/** Bytes [start, end) of the piece. A mark at the piece's end belongs to the part that ends there too. */
export function cut(piece: Piece, start: number, end: number): Piece {
  const length = piece.bytes.length;
  if (start === 0 && end >= length) return piece;
  return {
    offset: piece.offset + start,
    bytes: piece.bytes.subarray(start, end),
    stamps: moved(piece.stamps, -start).filter(({ offset }) => offset >= 0 && offset < end - start),
    marks: moved(piece.marks, -start).filter(
      ({ offset }) => offset >= 0 && (offset < end - start || end >= length),
    ),
  };
}

export function moved<T extends { readonly offset: number }>(all: readonly T[], by: number): T[] {
  return all.map((one) => ({ ...one, offset: one.offset + by }));
}

export function isEmpty(piece: Piece): boolean {
  return piece.bytes.length === 0 && piece.marks.length === 0;
}
