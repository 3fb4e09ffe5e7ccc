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
  /** A `Buffer` that came from another thread is none any more. */
  readonly bytes: Uint8Array;
  /** In order. */
  readonly chunks: readonly StoredChunk[];
}

/** Node.js' other threads unpack it, one chunk after the other. @throws Error when it is not what was packed */
export async function* unpack(stored: Stored): AsyncGenerator<Buffer, void> {
  for (const chunk of stored.chunks) {
    const bytes = bytesOf(stored, chunk);
    const whole = chunk.unpacked === undefined ? bytes : await unpackBytes(bytes, chunk.unpacked);
    yield whole.subarray(chunk.from, chunk.until);
  }
}

/** In this thread, without a turn for others. @throws Error when it is not what was packed */
export function* unpackNow(stored: Stored): Generator<Buffer, void> {
  for (const chunk of stored.chunks) {
    const bytes = bytesOf(stored, chunk);
    const whole = chunk.unpacked === undefined ? bytes : unpackBytesNow(bytes, chunk.unpacked);
    yield whole.subarray(chunk.from, chunk.until);
  }
}

function bytesOf({ bytes }: Stored, { place, length }: StoredChunk): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset + place, length);
}
