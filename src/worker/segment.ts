import type { LogMark, LogStamp, LogStream } from '../logs/ports.js';

/**
 * A segment is sent when it holds this much: each is a round trip to Redis, which keeps it on its disk before it
 * answers. Memory that was not written to yet costs nothing, so a short log takes no more than it is long. …
 */
const SEGMENT_BYTES = 256 * 1024;
/** … or says so often when something was printed and by whom. */
const SEGMENT_STAMPS = 512;
/** One is sent while the next one fills; more wait only where nobody waits for them. */
const SPARE = 2;

/** A piece of a log that fills. */
export class Segment {
  readonly stamps: LogStamp[] = [];
  readonly marks: LogMark[] = [];
  readonly memory: Buffer;
  #size = 0;

  constructor(memory: Buffer) {
    this.memory = memory;
  }

  get size(): number {
    return this.#size;
  }

  get bytes(): Buffer {
    return this.memory.subarray(0, this.#size);
  }

  get isFull(): boolean {
    return this.#size >= this.memory.length || this.stamps.length >= SEGMENT_STAMPS;
  }

  /** @returns how many of the bytes it took */
  add(bytes: Buffer, at: number, stream: LogStream): number {
    const last = this.stamps.at(-1);
    if (last?.at !== at || last.stream !== stream) this.stamps.push({ offset: this.#size, at, stream });
    const taken = bytes.copy(this.memory, this.#size);
    this.#size += taken;
    return taken;
  }
}

/**
 * The memory of the segments of one log, used again and again: V8 lets tens of MiB of dead buffers wait before it
 * collects them.
 */
export class SegmentMemory {
  readonly #spare: Buffer[] = [];

  take(): Segment {
    // Slow: a slice of the shared pool would keep its neighbours.
    return new Segment(this.#spare.pop() ?? Buffer.allocUnsafeSlow(SEGMENT_BYTES));
  }

  /** Nobody reads it any more. */
  give({ memory }: Segment): void {
    if (this.#spare.length < SPARE) this.#spare.push(memory);
  }
}
