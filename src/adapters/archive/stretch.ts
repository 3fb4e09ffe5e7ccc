import type { Packed } from './packed.js';
import type { StoredChunk } from './stored.js';

/** What is read at once, in bytes of the log: some chunks. One that is larger is read alone. */
const MOST = 1024 * 1024;

/** Chunks that lie one behind the other in one pack, so that one read brings them. */
export interface Stretch {
  readonly file: number;
  readonly place: number;
  /** Bytes of the pack, with what is known of times between the chunks. */
  readonly length: number;
  readonly chunks: readonly StoredChunk[];
  /** Behind the last byte that is asked for, from the beginning of the fence. */
  readonly until: number;
}

/** Bytes [position, end) of a fence, as far as one read brings them. @param first the chunk that holds `position` */
export function stretchFrom(
  packed: readonly Packed[],
  first: number,
  position: number,
  end: number,
): Stretch | undefined {
  const begin = packed[first];
  if (!begin) return undefined;
  const chunks: StoredChunk[] = [];
  let length = 0;
  let until = position;
  for (let next = first, chunk: Packed | undefined = begin; chunk; next += 1, chunk = packed[next]) {
    const place = chunk.place - begin.place;
    const isBehind = chunk.file === begin.file && place === length;
    const isFar = chunks.length > 0 && chunk.at + chunk.bytes - begin.at > MOST;
    if (!isBehind || isFar || chunk.at >= end) break;
    until = Math.min(chunk.at + chunk.bytes, end);
    const from = Math.max(0, position - chunk.at);
    chunks.push({ place, length: chunk.packed, from, until: until - chunk.at, unpacked: chunk.bytes });
    length = place + chunk.packed + chunk.stamps;
  }
  return { file: begin.file, place: begin.place, length, chunks, until };
}
