import { rm } from 'node:fs/promises';

import type { LogCheckpoint, LogMark, LogStamp } from '../../logs/ports.js';
import { endsLine, GrowingChunk, pack, unpackStamps } from './chunk.js';
import { sync, writeAfter } from './files.js';
import { indexAt, lineOf, type Packed } from './packed.js';
import { cut, isEmpty, type Piece } from './piece.js';
import type { Stored } from './stored.js';
import { stretchFrom } from './stretch.js';
import { TailFile } from './tail-file.js';

export interface FenceFiles {
  readonly index: string;
  readonly pack: (number: number) => string;
  readonly tail: (chunk: number) => string;
  /** From a pack, wherever it is. @throws LogRemoved */
  readonly readPack: (number: number, place: number, length: number) => Promise<Buffer>;
}

export interface Limits {
  /** Bytes of a log that are packed together. */
  readonly chunk: number;
  /** Bytes of a pack; a chunk that is larger has one alone. */
  readonly pack: number;
}

/** What is on the disk when a fence is opened. */
export interface Found {
  readonly packed: Packed[];
  /** Not packed yet, oldest first. */
  readonly chunks: GrowingChunk[];
  /** Bytes of the index that count; undefined: there is none on the disk. */
  readonly indexLength: number | undefined;
  /** The pack that goes on. */
  readonly pack: { readonly number: number; readonly length: number };
}

/** What is known of a chunk's times, packed or not. Offsets are from the beginning of the fence. */
export interface Held {
  readonly at: number;
  readonly bytes: number;
  /** What holds at its beginning, where nothing in it says so. */
  readonly before: LogStamp | undefined;
  stamps(): Promise<readonly LogStamp[]>;
}

/** Bytes of a fence that one read brings. */
export interface StoredAt {
  /** Behind the last of them, from the beginning of the fence. */
  readonly until: number;
  read(): Promise<Stored>;
}

/** One that fills, and one that is packed meanwhile. */
const CHUNKS = 2;

/**
 * The log of one owner, open: where its chunks are packed, and in memory those that are not. Readers look at it
 * between two turns of the process, and what it hands out never changes: they need no lock. What is written is
 * written one after the other.
 */
export class FenceLog {
  readonly #files: FenceFiles;
  readonly #limits: Limits;
  readonly #packed: Packed[];
  readonly #chunks: GrowingChunk[];
  readonly #tail: TailFile;
  /** Memory of chunks that were packed: V8 lets tens of MiB of dead buffers wait before it collects them. */
  #spare: Buffer[] = [];
  /** Written since they were sent to the disk. */
  readonly #unsynced = new Set<string>();
  #indexLength: number | undefined;
  #pack: Found['pack'];
  #packing: Promise<void> | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(files: FenceFiles, limits: Limits, found: Found) {
    this.#files = files;
    this.#limits = limits;
    this.#packed = found.packed;
    this.#chunks = found.chunks;
    this.#indexLength = found.indexLength;
    this.#pack = found.pack;
    this.#tail = new TailFile(files.tail);
  }

  get bytes(): number {
    const last = this.#chunks.at(-1);
    if (last) return last.at + last.bytes.length;
    const packed = this.#packed.at(-1);
    return packed ? packed.at + packed.bytes : 0;
  }

  get newlines(): number {
    const last = this.#chunks.at(-1) ?? this.#packed.at(-1);
    return last ? last.newlinesBefore + last.newlines : 0;
  }

  get endsLine(): boolean {
    const last = this.#chunks.findLast(({ bytes }) => bytes.length > 0);
    return last ? endsLine(last.bytes) : (this.#packed.at(-1)?.endsLine ?? true);
  }

  get marks(): readonly LogMark[] {
    return [
      ...this.#packed.flatMap(({ marks = [] }) => marks),
      ...this.#chunks.flatMap(({ marks }) => marks),
    ];
  }

  get lastStamp(): LogStamp | undefined {
    return this.#stampBefore(this.#chunks.length);
  }

  /** Where its chunks begin. */
  get checkpoints(): readonly LogCheckpoint[] {
    return [...this.#packed, ...this.#chunks].map(({ at, newlinesBefore }) => ({
      offset: at,
      newlines: newlinesBefore,
    }));
  }

  /** Chunks that are packed; undefined while some are not. */
  get sealed(): number | undefined {
    return this.#chunks.length === 0 ? this.#packed.length : undefined;
  }

  /** Bytes of all its packs. */
  get stored(): number {
    return this.#packed.reduce((sum, { packed, stamps }) => sum + packed + stamps, 0);
  }

  /** The number of its last pack, 0 when there is none. */
  get packs(): number {
    return this.#packed.at(-1)?.file ?? 0;
  }

  /** Something is written in the background. */
  get isPacking(): boolean {
    return this.#packing !== undefined;
  }

  /** About, in bytes of memory. */
  get weight(): number {
    // As V8 keeps a line of the index with its stamp.
    const spare = this.#spare.reduce((sum, { length }) => sum + length, 0);
    return this.#packed.length * 300 + this.#chunks.reduce((sum, { weight }) => sum + weight, 1000 + spare);
  }

  /** The chunk that holds the byte; undefined: the log ends before. */
  chunkAt(position: number): Held | undefined {
    if (position >= this.bytes) return undefined;
    const index = indexAt(this.#chunks, position);
    const chunk = this.#chunks[index];
    if (chunk) {
      const { at, stamps } = chunk;
      return {
        at,
        bytes: chunk.bytes.length,
        before: this.#stampBefore(index),
        stamps: () => Promise.resolve(stamps),
      };
    }
    const number = indexAt(this.#packed, position);
    const packed = this.#packed[number];
    return packed && this.#held(packed, this.#packed[number - 1]?.stamp);
  }

  /**
   * Bytes from `position` on, up to `end` or as far as one read brings them; undefined: the log ends before. What they
   * are is settled by this call, and does not change until they are read.
   */
  storedFrom(position: number, end: number): StoredAt | undefined {
    if (position >= this.bytes) return undefined;
    const chunk = this.#chunks[indexAt(this.#chunks, position)];
    if (chunk) {
      const bytes = chunk.lend();
      const [from, until] = [position - chunk.at, Math.min(bytes.length, end - chunk.at)];
      const stored = { bytes, chunks: [{ place: 0, length: bytes.length, from, until }] };
      return { until: chunk.at + until, read: () => Promise.resolve(stored) };
    }
    const stretch = stretchFrom(this.#packed, indexAt(this.#packed, position), position, end);
    if (!stretch) return undefined;
    const { file, place, length, chunks, until } = stretch;
    return { until, read: async () => ({ bytes: await this.#files.readPack(file, place, length), chunks }) };
  }

  /** What was appended before changes nothing. Written when it resolves. */
  append(piece: Piece): Promise<void> {
    return this.#inTurn(async () => {
      for (let rest = this.#newIn(piece); !isEmpty(rest); ) {
        const chunk = await this.#filling();
        const part = cut(rest, 0, chunk.room(this.#limits.chunk));
        await this.#tail.write(chunk, part);
        chunk.add(part);
        if (chunk.room(this.#limits.chunk) === 0) void this.#packInBackground();
        if (part === rest) return;
        rest = cut(rest, part.bytes.length, rest.bytes.length);
      }
    });
  }

  /** Packs all of it, for good also when the power goes. */
  seal(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#packing;
      while (this.#chunks.length > 0) await this.#packFirst();
      await this.#letGo();
      for (const path of this.#unsynced) await sync(path);
      this.#unsynced.clear();
    });
  }

  /** Its files are elsewhere from now on, unless it grew since `sealed` was so many. */
  handOver(sealed: number, removeFiles: () => Promise<void>): Promise<boolean> {
    return this.#inTurn(async () => {
      if (this.sealed !== sealed) return false;
      this.#pack = { number: this.#pack.number + 1, length: 0 };
      this.#indexLength = undefined;
      await removeFiles();
      return true;
    });
  }

  /** Ends what is under way and lets go of its file. It may be used on. */
  release(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#packing?.catch(() => {});
      await this.#letGo();
    });
  }

  async #letGo(): Promise<void> {
    this.#spare = [];
    await this.#tail.close();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    return done;
  }

  /** Without what is there already; a mark at the end may have come with the byte before it. */
  #newIn(piece: Piece): Piece {
    const known = this.#chunks.at(-1)?.end ?? this.#packed.at(-1)?.end ?? 0;
    const start = Math.max(0, known - piece.offset);
    const isOld = start > piece.bytes.length;
    const fresh = isOld
      ? { ...piece, bytes: Buffer.alloc(0), marks: [] }
      : cut(piece, start, piece.bytes.length);
    if (fresh.marks[0]?.offset !== 0) return fresh;
    const there = this.marks.filter(({ offset }) => offset === this.bytes);
    const isThere = (mark: LogMark): boolean =>
      mark.offset === 0 && there.some(({ kind, number }) => kind === mark.kind && number === mark.number);
    return { ...fresh, marks: fresh.marks.filter((mark) => !isThere(mark)) };
  }

  /** The chunk that takes more. Waits while too much waits to be packed. @throws what kept it from being packed */
  async #filling(): Promise<GrowingChunk> {
    const last = this.#chunks.at(-1);
    if (last && last.room(this.#limits.chunk) > 0) return last;
    if (this.#chunks.length >= CHUNKS) await this.#packInBackground();
    const before = this.#chunks.at(-1) ?? this.#packed.at(-1);
    const number = before === undefined ? 1 : ('number' in before ? before.number : before.chunk) + 1;
    const from = { at: this.bytes, newlines: this.newlines, end: before?.end ?? 0 };
    const chunk = new GrowingChunk(number, from, this.#spare.pop());
    this.#chunks.push(chunk);
    return chunk;
  }

  #packInBackground(): Promise<void> {
    this.#packing ??= this.#packFull().finally(() => {
      this.#packing = undefined;
    });
    // Its error is for whoever waits; the chunk stays in the tail and is tried again.
    this.#packing.catch(() => {});
    return this.#packing;
  }

  async #packFull(): Promise<void> {
    while (this.#chunks[0]?.room(this.#limits.chunk) === 0) await this.#packFirst();
  }

  /** In an order that a process may die in: the pack, the index that counts it, and then the tail is not needed. */
  async #packFirst(): Promise<void> {
    const chunk = this.#chunks[0];
    if (!chunk) return;
    if (chunk.bytes.length > 0 || chunk.marks.length > 0) await this.#packOne(chunk);
    else this.#chunks.shift();
    await this.#tail.close(chunk);
    await rm(this.#files.tail(chunk.number), { force: true });
  }

  async #packOne(chunk: GrowingChunk): Promise<void> {
    const { bytes, stamps } = await pack(chunk);
    const length = bytes.length + stamps.length;
    const isFull = this.#pack.length > 0 && this.#pack.length + length > this.#limits.pack;
    const { number, length: place } = isFull ? { number: this.#pack.number + 1, length: 0 } : this.#pack;
    const stamp = this.#stampBefore(1);
    const packed: Packed = {
      chunk: chunk.number,
      at: chunk.at,
      bytes: chunk.bytes.length,
      newlinesBefore: chunk.newlinesBefore,
      newlines: chunk.newlines,
      endsLine: chunk.bytes.length > 0 ? endsLine(chunk.bytes) : (this.#packed.at(-1)?.endsLine ?? true),
      end: chunk.end,
      file: number,
      place,
      packed: bytes.length,
      stamps: stamps.length,
      ...(stamp && { stamp }),
      ...(chunk.marks.length > 0 && { marks: chunk.marks }),
    };
    await this.#write(this.#files.pack(number), place, [bytes, stamps]);
    await this.#addLine(packed);
    this.#pack = { number, length: place + length };
    this.#packed.push(packed);
    this.#chunks.shift();
    const memory = chunk.reclaim(this.#limits.chunk);
    if (memory && this.#spare.length < CHUNKS) this.#spare.push(memory);
  }

  /** An index that is elsewhere comes back with its next line. */
  async #addLine(packed: Packed): Promise<void> {
    const lines = this.#indexLength === undefined ? [...this.#packed, packed] : [packed];
    const text = Buffer.from(lines.map(lineOf).join(''));
    await this.#write(this.#files.index, this.#indexLength ?? 0, [text]);
    this.#indexLength = (this.#indexLength ?? 0) + text.length;
  }

  async #write(path: string, length: number, bytes: readonly Buffer[]): Promise<void> {
    this.#unsynced.add(path);
    await writeAfter(path, length, bytes);
  }

  /** What holds where the chunk of this place in `#chunks` begins. */
  #stampBefore(index: number): LogStamp | undefined {
    const chunk = this.#chunks.slice(0, index).findLast(({ stamps }) => stamps.length > 0);
    return chunk?.stamps.at(-1) ?? this.#packed.at(-1)?.stamp;
  }

  #held(packed: Packed, before: LogStamp | undefined): Held {
    const { at, bytes, file, place } = packed;
    return {
      at,
      bytes,
      before,
      stamps: async () =>
        packed.stamps === 0
          ? []
          : unpackStamps(await this.#files.readPack(file, place + packed.packed, packed.stamps), at),
    };
  }
}
