import type { Mask, Masker } from '../logs/mask.js';
import type { LogMark, LogStamp, LogStream } from '../logs/ports.js';
import type { StageId } from '../pipeline/model.js';
import type { RunObserver } from './ports.js';
import type { Clock } from './worker-deps.js';

/** A segment is sent when it holds this much … */
const SEGMENT_BYTES = 64 * 1024;
/** … or says so often when something was printed and by whom … */
const SEGMENT_STAMPS = 512;
/** … or when its first byte is this old: a person who watches sees no lag, Redis no single lines. */
const SEGMENT_MILLISECONDS = 50;
/** With so much on its way, writers wait also for segments that go by their age. */
const MOST_UNSENT_BYTES = 4 * 1024 * 1024;

const NEWLINE = Buffer.from('\n');

export interface StageLogOptions {
  readonly stage: StageId;
  /** Whose log it is; absent: the stage's own. */
  readonly service?: string;
  readonly observer: Pick<RunObserver, 'log'>;
  readonly mask: Mask;
  readonly clock: Clock;
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
  #pending: Buffer[] = [];
  #size = 0;
  #stamps: LogStamp[] = [];
  #marks: LogMark[] = [];
  /** Bytes of segments that were handed on and are not yet taken. */
  #unsent = 0;
  #sent: Promise<void> = Promise.resolve();
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
    this.#marks.push({ offset: this.#size, at: this.#options.clock.now(), ...section });
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
    }
    await this.#flush();
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

  #add(bytes: Buffer, stream: LogStream): void {
    if (bytes.length === 0) return;
    const at = this.#options.clock.now();
    const last = this.#stamps.at(-1);
    if (last?.at !== at || last.stream !== stream) this.#stamps.push({ offset: this.#size, at, stream });
    this.#pending.push(bytes);
    this.#size += bytes.length;
    this.#atLineStart = bytes.at(-1) === 0x0a;
    this.#flushInTime();
  }

  async #room(): Promise<void> {
    const isFull = this.#size >= SEGMENT_BYTES || this.#stamps.length >= SEGMENT_STAMPS;
    if (isFull || this.#unsent >= MOST_UNSENT_BYTES) await this.#flush();
  }

  #flushInTime(): void {
    if (this.#timer !== undefined) return;
    const timer = new AbortController();
    this.#timer = timer;
    this.#flushAfter(timer.signal).catch(this.#options.onError);
  }

  async #flushAfter(signal: AbortSignal): Promise<void> {
    await this.#options.clock.sleep(SEGMENT_MILLISECONDS, signal);
    if (!signal.aborted) await this.#flush();
  }

  #flush(): Promise<void> {
    this.#timer?.abort();
    this.#timer = undefined;
    if (this.#size > 0 || this.#marks.length > 0) {
      const bytes = Buffer.concat(this.#pending);
      const [stamps, marks] = [this.#stamps, this.#marks];
      this.#pending = [];
      this.#size = 0;
      this.#stamps = [];
      this.#marks = [];
      this.#unsent += bytes.length;
      this.#sent = this.#sent.then(() => this.#send(bytes, stamps, marks));
      // Whoever waits gets the error too; this only keeps it from being unhandled.
      this.#sent.catch(this.#options.onError);
    }
    return this.#sent;
  }

  async #send(bytes: Buffer, stamps: readonly LogStamp[], marks: readonly LogMark[]): Promise<void> {
    const { observer, stage, service } = this.#options;
    await observer.log(stage, {
      bytes,
      stamps,
      ...(marks.length > 0 && { marks }),
      ...(service !== undefined && { service }),
    });
    this.#unsent -= bytes.length;
  }
}
