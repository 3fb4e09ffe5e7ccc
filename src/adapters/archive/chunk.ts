import { promisify } from 'node:util';
import {
  constants,
  deflateRaw,
  deflateRawSync,
  inflateRaw,
  inflateRawSync,
  type ZlibOptions,
} from 'node:zlib';

import type { LogMark, LogStamp } from '../../logs/ports.js';
import { moved, type Piece } from './piece.js';

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

/** zlib hands out its output in pieces, and goes to another thread for each: of what is made smaller, one. */
const OUTPUT = 128 * 1024;

const LINE_END = 0x0a;
const FIRST_BUFFER = 4096;
/** A short log takes little, and a long one leaves few old buffers behind for each chunk: 4, 32, 256 KiB. */
const GROWTH = 8;
/** A line of some characters and its stamp compress alike: more of them in a chunk would only cost memory. */
const STAMPS = 4096;

/** The newest bytes of a log, in memory until they are packed. Offsets are from the beginning of the fence. */
export interface Chunk {
  /** From 1, without gaps. */
  readonly number: number;
  readonly at: number;
  /** Line ends before `at`. */
  readonly newlinesBefore: number;
  /** Bytes [at, at + length). */
  readonly bytes: Buffer;
  readonly newlines: number;
  /** Of its first byte that is not here yet, in the owner's numbering. */
  readonly end: number;
  readonly stamps: readonly LogStamp[];
  readonly marks: readonly LogMark[];
}

const NOTHING: Buffer = Buffer.allocUnsafeSlow(0);

/** A chunk that grows. */
export class GrowingChunk implements Chunk {
  readonly number: number;
  readonly at: number;
  readonly newlinesBefore: number;
  readonly stamps: LogStamp[] = [];
  readonly marks: LogMark[] = [];
  end: number;
  newlines = 0;
  /** Of its frames in the tail. */
  tailLength = 0;
  #buffer: Buffer;
  #length = 0;
  #isLent = false;

  /** @param memory to begin with; all of it is this chunk's own */
  constructor(
    number: number,
    from: { readonly at: number; readonly newlines: number; readonly end: number },
    memory = NOTHING,
  ) {
    this.#buffer = memory;
    this.number = number;
    this.at = from.at;
    this.newlinesBefore = from.newlines;
    this.end = from.end;
  }

  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  /** How many bytes it still takes when it may have so many. */
  room(limit: number): number {
    return this.stamps.length >= STAMPS ? 0 : Math.max(0, limit - this.#length);
  }

  /** For a reader, who may hold them for as long as it likes. */
  lend(): Buffer {
    this.#isLent = true;
    return this.bytes;
  }

  /** Its memory for the next one, when it is over with this one; undefined: it is small, or a reader may hold it. */
  reclaim(limit: number): Buffer | undefined {
    return this.#isLent || this.#buffer.length < limit ? undefined : this.#buffer;
  }

  /** Also memory that waits to be used. */
  get weight(): number {
    return this.#buffer.length;
  }

  add(piece: Piece): void {
    const offset = this.at + this.#length;
    this.#reserve(piece.bytes.length);
    this.#length += piece.bytes.copy(this.#buffer, this.#length);
    this.newlines += countLineEnds(piece.bytes);
    this.stamps.push(...moved(piece.stamps, offset));
    this.marks.push(...moved(piece.marks, offset));
    this.end = piece.offset + piece.bytes.length;
  }

  /** What readers hold of the old buffer stays as it is. */
  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#buffer.length) return;
    let size = Math.max(FIRST_BUFFER, this.#buffer.length);
    while (size < needed) size *= GROWTH;
    const grown = Buffer.allocUnsafeSlow(size);
    this.bytes.copy(grown);
    this.#buffer = grown;
  }
}

export function endsLine(bytes: Buffer): boolean {
  return bytes.length === 0 || bytes.at(-1) === LINE_END;
}

/** Not `indexOf` for each: a log of empty lines would cost thirty times as much. By index: an iterator takes thrice as long. */
function countLineEnds(bytes: Buffer): number {
  let count = 0;
  for (let at = 0; at < bytes.length; at += 1) if (bytes[at] === LINE_END) count += 1;
  return count;
}

/** As it stands in a pack: the bytes, and behind them what is known of their times; each compressed alone. */
export async function pack({
  bytes,
  at,
  stamps,
}: Pick<Chunk, 'bytes' | 'at' | 'stamps'>): Promise<{ readonly bytes: Buffer; readonly stamps: Buffer }> {
  const strategy = strategyFor(bytes);
  const chunkSize = strategy === constants.Z_HUFFMAN_ONLY ? mostPacked(bytes.length) : OUTPUT;
  const [packed, packedStamps] = await Promise.all([
    deflate(bytes, { level: 1, chunkSize, strategy }),
    stamps.length === 0 ? Buffer.alloc(0) : packText(Buffer.from(JSON.stringify(differences(stamps, at)))),
  ]);
  return { bytes: packed, stamps: packedStamps };
}

/** Where nothing makes them smaller: five bytes for every 16 KiB (https://zlib.net/zlib_tech.html). */
function mostPacked(length: number): number {
  return length + Math.ceil(length / 1024) + ROOM;
}

/** What takes less time here than the way to another thread; and memory that fits it: zlib clears 256 KiB otherwise. */
const SHORT = { bytes: 4096, options: { level: 1, windowBits: 12, memLevel: 4 } };

async function packText(text: Buffer): Promise<Buffer> {
  return text.length <= SHORT.bytes ? deflateRawSync(text, SHORT.options) : deflate(text, { level: 1 });
}

/** Enough to tell by; it is looked at while others wait. */
const SAMPLE = 8 * 1024;
/** What looking for repetition must save at the least. */
const WORTH = 0.95;

/**
 * Where nothing repeats (keys, Base64, random output), looking for repetition takes five times as long as giving
 * frequent bytes short codes, and saves no more.
 */
function strategyFor(bytes: Buffer): number {
  const { Z_DEFAULT_STRATEGY, Z_HUFFMAN_ONLY } = constants;
  const start = Math.max(0, Math.floor((bytes.length - SAMPLE) / 2));
  const sample = bytes.subarray(start, start + SAMPLE);
  const packed = (strategy: number): number => deflateRawSync(sample, { level: 1, strategy }).length;
  return packed(Z_DEFAULT_STRATEGY) < WORTH * packed(Z_HUFFMAN_ONLY) ? Z_DEFAULT_STRATEGY : Z_HUFFMAN_ONLY;
}

/** More room than bytes lets the step see that it was the last; it is also the least that zlib takes. */
const ROOM = 64;

/** @throws Error when it is not what was packed */
export async function unpackBytes(packed: Buffer, length: number): Promise<Buffer> {
  return whole(await inflate(packed, inOneStep(length)), length);
}

/** In this thread. @throws Error when it is not what was packed */
export function unpackBytesNow(packed: Buffer, length: number): Buffer {
  return whole(inflateRawSync(packed, inOneStep(length)), length);
}

/** By default it goes back and forth between threads for every 16 KiB, which takes twice the time. */
function inOneStep(length: number): ZlibOptions {
  return { maxOutputLength: Math.max(1, length), chunkSize: length + ROOM };
}

function whole(bytes: Buffer, length: number): Buffer {
  if (bytes.length !== length) throw new Error(`a chunk holds ${bytes.length} bytes, not ${length}`);
  return bytes;
}

export async function unpackStamps(packed: Buffer, at: number): Promise<readonly LogStamp[]> {
  if (packed.length === 0) return [];
  const all = JSON.parse((await inflate(packed)).toString()) as Difference[];
  let [offset, time] = [at, 0];
  return all.map(([bytes, ms, stream]) => {
    offset += bytes;
    time += ms;
    return { offset, at: time, stream };
  });
}

/** Bytes and milliseconds since the one before: small numbers that repeat. */
type Difference = readonly [bytes: number, ms: number, stream: LogStamp['stream']];

function differences(stamps: readonly LogStamp[], start: number): readonly Difference[] {
  return stamps.map((stamp, index) => {
    const before = stamps[index - 1] ?? { offset: start, at: 0 };
    return [stamp.offset - before.offset, stamp.at - before.at, stamp.stream];
  });
}
