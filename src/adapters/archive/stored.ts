import { unpackBytes, unpackBytesNow } from './chunk.js';

/** A chunk in a piece of a log. */
export interface StoredChunk {
  /** Of the piece: where it is. */
  readonly place: number;
  readonly length: number;
  /** Of its bytes, those that are asked for. */
  readonly from: number;
  readonly until: number;
  /** How many bytes it holds; undefined: it is not packed. */
  readonly unpacked?: number;
}

/** A piece of a log as it is stored. Plain data: to unpack it needs nothing else, and any thread may do it. */
export interface Stored {
  readonly bytes: Buffer;
  /** In order. */
  readonly chunks: readonly StoredChunk[];
}

/** Node.js' other threads unpack it, one chunk after the other. @throws Error when it is not what was packed */
export async function* unpack({ bytes, chunks }: Stored): AsyncGenerator<Buffer, void> {
  for (const { place, length, from, until, unpacked } of chunks) {
    const chunk = bytes.subarray(place, place + length);
    const whole = unpacked === undefined ? chunk : await unpackBytes(chunk, unpacked);
    yield whole.subarray(from, until);
  }
}

/** In this thread, without a turn for others. @throws Error when it is not what was packed */
export function* unpackNow({ bytes, chunks }: Stored): Generator<Buffer, void> {
  for (const { place, length, from, until, unpacked } of chunks) {
    const chunk = bytes.subarray(place, place + length);
    const whole = unpacked === undefined ? chunk : unpackBytesNow(chunk, unpacked);
    yield whole.subarray(from, until);
  }
}
