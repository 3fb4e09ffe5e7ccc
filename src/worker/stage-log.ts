import type { Mask, Masker } from '../logs/mask.js';
import type { LogMark, LogStream } from '../logs/ports.js';
import type { StageId } from '../pipeline/model.js';
import type { RunObserver } from './ports.js';
import { type Segment, SegmentMemory } from './segment.js';
import type { Clock } from './worker-deps.js';

/**
 * A segment is sent when it is full, or when what it holds is about so old: a person who watches sees no lag, Redis no
 * single lines.
 */
const SEGMENT_MILLISECONDS = 50;

const NEWLINE = Buffer.from('\n');

export interface StageLogOptions {
  readonly stage: StageId;
  /** Whose log it is; absent: the stage's own. */
  readonly service?: string;
  readonly observer: Pick<RunObserver, 'log'>;
  readonly mask: Mask;
  readonly clock: Clock;
  /**
   * Bytes on their way at which writers wait. Default 0: the next segment fills while one is sent, and a stage that
   * prints faster than its log is kept takes no more memory than that.
   */
  readonly mostUnsent?: number;
  /** A segment that nobody waits for could not be sent. */
  readonly onError: (error: unknown) => void;
}

/** Where a section begins; the log knows the place and the time. */
export type Section = Omit<LogMark, 'offset' | 'at'>;

/** The log of one stage, or of a service of it: masked, in segments, in order, with the times of what was printed. */
export class StageLog {
  readonly #options: StageLogOptions;
  #masker: Masker;
  /** Who printed last: what is held for the mask is theirs. */
  #stream: LogStream = 'stdout';
  readonly #memory = new SegmentMemory();
  #filling: Segment | undefined;
  /** Bytes of segments that were handed on and are not yet taken. */
  #unsent = 0;
  #sent: Promise<void> = Promise.resolve();
  /** All are sent but the newest that was handed on. */
  #sentBefore: Promise<void> = Promise.resolve();
  #timer: AbortController | undefined;
  #closed = false;
  #atLineStart = true;
  #inSection = false;

  constructor(options: StageLogOptions) {
    this.#options = options;
    this.#masker = options.mask.masker();
  }

  /** Waits while the reader is behind; not waiting for it is allowed where nothing can wait. */
  async write(bytes: Buffer, stream: Exclude<LogStream, 'cyclone'> = 'stdout'): Promise<void> {
    if (this.#closed || bytes.length === 0) return;
    this.#add(this.#masker.push(bytes), stream);
    this.#stream = stream;
    await this.#room();
  }

  /** Lines of ours, beginning on a line of their own. */
  async line(text: string): Promise<void> {
    if (this.#closed) return;
    this.#beginLine();
    this.#add(Buffer.from(`${this.#options.mask.text(text)}\n`), 'cyclone');
    await this.#room();
  }

  /** A section begins with the line that is written next. */
  mark(section: Section): void {
    if (this.#closed) return;
    this.#beginLine();
    const { marks, size } = this.#open();
    marks.push({ offset: size, at: this.#options.clock.now(), ...section });
    this.#inSection = section.kind !== 'end';
    this.#flushInTime();
  }

  /** All commands of a try are over; nothing when none had begun, or this was said already. */
  end(attempt: number, exitCode?: number): void {
    if (!this.#inSection) return;
    this.mark({ kind: 'end', number: attempt, ...(exitCode !== undefined && { exitCode }) });
  }

  /** Sends what is left. Safe twice; what is written after it is dropped. */
  async close(): Promise<void> {
    if (!this.#closed) {
      this.#releaseHeld();
      this.#closed = true;
      this.#timer?.abort();
    }
    this.#handOn();
    await this.#sent;
  }

  /** Behind words of ours no secret goes on. */
  #releaseHeld(): void {
    this.#add(this.#masker.end(), this.#stream);
    this.#masker = this.#options.mask.masker();
  }

  #beginLine(): void {
    this.#releaseHeld();
    if (!this.#atLineStart) this.#add(NEWLINE, 'cyclone');
  }

  #open(): Segment {
    this.#filling ??= this.#memory.take();
    return this.#filling;
  }

  #add(bytes: Buffer, stream: LogStream): void {
    if (bytes.length === 0) return;
    const now = this.#options.clock.now();
    for (let at = 0; at < bytes.length; ) {
      const segment = this.#open();
      at += segment.add(bytes.subarray(at), now, stream);
      if (segment.isFull) this.#handOn();
    }
    this.#atLineStart = bytes.at(-1) === 0x0a;
    this.#flushInTime();
  }

  async #room(): Promise<void> {
    const { mostUnsent = 0 } = this.#options;
    if (this.#unsent > mostUnsent) await this.#sentBefore;
  }

  #flushInTime(): void {
    if (this.#timer !== undefined || this.#filling === undefined) return;
    this.#timer = new AbortController();
    this.#flushAfter(this.#timer.signal).catch(this.#options.onError);
  }

  async #flushAfter(signal: AbortSignal): Promise<void> {
    await this.#options.clock.sleep(SEGMENT_MILLISECONDS, signal);
    // What comes while others are on their way goes with it, in one segment.
    await this.#sent;
    this.#timer = undefined;
    if (!signal.aborted) this.#handOn();
  }

  #handOn(): void {
    const segment = this.#filling;
    if (segment === undefined) return;
    this.#filling = undefined;
    this.#unsent += segment.size;
    this.#sentBefore = this.#sent;
    this.#sent = this.#sent.then(() => this.#send(segment));
    // Whoever waits gets the error too; this only keeps it from being unhandled.
    this.#sent.catch(this.#options.onError);
  }

  async #send(segment: Segment): Promise<void> {
    const { observer, stage, service } = this.#options;
    const { bytes, stamps, marks } = segment;
    await observer.log(stage, {
      bytes,
      stamps,
      ...(marks.length > 0 && { marks }),
      ...(service !== undefined && { service }),
    });
    this.#unsent -= bytes.length;
    this.#memory.give(segment);
  }
}
