import type { Repository, WorkerEvent } from '../../src/pipeline/model.js';
import {
  type Cancellations,
  type CloneTokens,
  type Fences,
  FileTooLarge,
  type JobQueue,
  type Logger,
  type ReportedEvents,
  type RepositoryFiles,
} from '../../src/runs/ports.js';

/** The process ends here: nothing after it is done. */
export class Death extends Error {
  override readonly name = 'Death';
}

type QueueState = 'waiting' | 'completed' | 'failed';

/** Like BullMQ: an entry that is or was there is not added again. */
export class Queue implements JobQueue {
  readonly entries = new Map<string, QueueState>();
  /** The next call dies, before or after its work. */
  dies: 'before' | 'after' | undefined;

  async enqueue(run: number, job: string, attempt: number): Promise<void> {
    const dies = this.dies;
    this.dies = undefined;
    if (dies === 'before') throw new Death('enqueue');
    const id = entry(run, job, attempt);
    if (!this.entries.has(id)) this.entries.set(id, 'waiting');
    await Promise.resolve();
    if (dies === 'after') throw new Death('enqueue');
  }

  state(run: number, job: string, attempt: number): Promise<'alive' | 'failed' | 'gone'> {
    const state = this.entries.get(entry(run, job, attempt));
    if (state === 'waiting') return Promise.resolve('alive');
    return Promise.resolve(state === 'failed' ? 'failed' : 'gone');
  }

  waiting(): readonly string[] {
    return [...this.entries].filter(([, state]) => state === 'waiting').map(([id]) => id);
  }
}

export const entry = (run: number, job: string, attempt: number): string =>
  `${String(run)}/${job}/${String(attempt)}`;

/** Fences and the stream behind them, as Redis keeps them: an older owner's word is refused. */
export class Stream implements Fences, ReportedEvents {
  /** Called in the middle of these two, for what others do at that moment. */
  meanwhile: { raise?: () => void; settled?: () => void } = {};
  /** Where the server applies what it reads. */
  apply: (events: readonly WorkerEvent[]) => Promise<void> = () => Promise.resolve();
  readonly #fences = new Map<string, number>();
  #unread: WorkerEvent[] = [];

  raise(run: number, job: string, atLeast: number): Promise<number> {
    this.meanwhile.raise?.();
    const key = `${String(run)}/${job}`;
    const fence = Math.max(this.#fences.get(key) ?? 0, atLeast) + 1;
    this.#fences.set(key, fence);
    return Promise.resolve(fence);
  }

  async settled(): Promise<void> {
    this.meanwhile.settled?.();
    await this.apply(this.#unread.splice(0));
  }

  /** @returns whether it was taken */
  report(...events: readonly WorkerEvent[]): boolean {
    const taken = events.filter(({ run, job, fence }) => this.#fences.get(`${String(run)}/${job}`) === fence);
    this.#unread.push(...taken);
    return taken.length === events.length;
  }
}

/** In the place of a content that GitHub does not give. */
export const TOO_LARGE = Symbol('too large');

/** A repository's files on GitHub, at any commit. */
export class Files implements RepositoryFiles, CloneTokens {
  readonly files = new Map<string, string | typeof TOO_LARGE>();
  /** GitHub does not answer. */
  away = false;

  async readFile(_: Repository, __: string, path: string): Promise<string | undefined> {
    await this.#asked();
    const file = this.files.get(path);
    if (file === TOO_LARGE) throw new FileTooLarge(path);
    return file;
  }

  async exists(_: Repository, __: string, path: string): Promise<boolean> {
    await this.#asked();
    return this.files.has(path);
  }

  async cloneToken({ owner, name }: Repository): Promise<string> {
    await this.#asked();
    return `ghs_${owner}_${name}`;
  }

  async #asked(): Promise<void> {
    await Promise.resolve();
    if (this.away) throw new Error('502 of GitHub');
  }
}

/** The workers' ears. */
export class Messages implements Cancellations {
  readonly cancelled: { readonly run: number; readonly by: string }[] = [];

  cancel(run: number, by: string): Promise<void> {
    this.cancelled.push({ run, by });
    return Promise.resolve();
  }
}

/** A log that keeps the messages; the process may die as one is written. */
export class Log implements Logger {
  readonly messages: string[] = [];
  diesAt: string | undefined;

  debug(_: object, message: string): void {
    this.#write(message);
  }
  info(_: object, message: string): void {
    this.#write(message);
  }
  warn(_: object, message: string): void {
    this.#write(message);
  }
  error(_: object, message: string): void {
    this.#write(message);
  }

  #write(message: string): void {
    this.messages.push(message);
    if (message === this.diesAt) throw new Death(message);
  }
}
