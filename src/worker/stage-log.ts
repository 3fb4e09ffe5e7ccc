import type { Masker } from '../logs/mask.js';
import type { StageId } from '../pipeline/model.js';
import type { RunObserver } from './ports.js';
import type { Clock } from './worker-deps.js';

/** A segment is sent when it holds this much … */
const SEGMENT_BYTES = 64 * 1024;
/** … or when its first byte is this old: a person who watches sees no lag, Redis no single lines. */
const SEGMENT_MILLISECONDS = 50;
/** With so much on its way, writers wait also for segments that go by their age. */
const MOST_UNSENT_BYTES = 4 * 1024 * 1024;

export interface StageLogOptions {
  readonly stage: StageId;
  readonly observer: Pick<RunObserver, 'log'>;
  readonly masker: Masker;
  readonly clock: Clock;
  /** A segment that nobody waits for could not be sent. */
  readonly onError: (error: unknown) => void;
}

/** The log of one stage: masked, in segments, in order. */
export class StageLog {
  readonly #options: StageLogOptions;
  #pending: Buffer[] = [];
  #size = 0;
  /** Bytes of segments that were handed on and are not yet taken. */
  #unsent = 0;
  #sent: Promise<void> = Promise.resolve();
  #timer: AbortController | undefined;
  #closed = false;
  #atLineStart = true;

  constructor(options: StageLogOptions) {
    this.#options = options;
  }

  /** Waits while the reader is behind; not waiting for it is allowed where nothing can wait. */
  async write(bytes: Buffer): Promise<void> {
    if (this.#closed || bytes.length === 0) return;
    this.#atLineStart = bytes.at(-1) === 0x0a;
    this.#add(this.#options.masker.push(bytes));
    if (this.#size >= SEGMENT_BYTES || this.#unsent >= MOST_UNSENT_BYTES) await this.#flush();
  }

  /** Lines of ours, beginning on a line of their own. */
  async line(text: string): Promise<void> {
    await this.write(Buffer.from(`${this.#atLineStart ? '' : '\n'}${text}\n`));
  }

  /** Sends what is left. Safe twice; what is written after it is dropped. */
  async close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#add(this.#options.masker.end());
    }
    await this.#flush();
  }

  #add(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#pending.push(bytes);
    this.#size += bytes.length;
    if (this.#timer === undefined && this.#size < SEGMENT_BYTES) this.#flushLater();
  }

  #flushLater(): void {
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
    if (this.#size > 0) {
      const segment = Buffer.concat(this.#pending);
      this.#pending = [];
      this.#size = 0;
      this.#unsent += segment.length;
      this.#sent = this.#sent.then(() => this.#send(segment));
      // Whoever waits gets the error too; this only keeps it from being unhandled.
      this.#sent.catch(this.#options.onError);
    }
    return this.#sent;
  }

  async #send(segment: Buffer): Promise<void> {
    await this.#options.observer.log(this.#options.stage, { bytes: segment });
    this.#unsent -= segment.length;
  }
}
