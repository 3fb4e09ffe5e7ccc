import { Worker } from 'node:worker_threads';

import type { Answer, Asked } from './protocol.js';

export interface ThreadsOptions {
  /** A module that calls `serveTasks`. */
  readonly entry: URL;
  /** So many at once; they are started when they are needed. */
  readonly most: number;
  /** When nothing was asked for so long, they are ended, in milliseconds. */
  readonly idleMs: number;
  /** Of V8's heap of one; buffers are outside of it. */
  readonly heapMiB: number;
  /** Options of Node.js for them; absent: those of this process. */
  readonly execArgv?: readonly string[];
}

/** The thread that had the task is gone: killed, out of memory, or it never began. The task itself may be well. */
export class ThreadLost extends Error {
  override readonly name = 'ThreadLost';
}

interface Waiting<Result> {
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

interface Thread<Result> {
  readonly worker: Worker;
  /** Tasks that it has, oldest first: it does them in order. */
  readonly waiting: Waiting<Result>[];
}

/** Threads that do tasks of one kind. Tasks and results are plain data, and are copied. */
export class Threads<Task, Result> {
  readonly #options: ThreadsOptions;
  readonly #threads = new Set<Thread<Result>>();
  #idle: NodeJS.Timeout | undefined;

  constructor(options: ThreadsOptions) {
    this.#options = options;
  }

  /** How many there are now. */
  get count(): number {
    return this.#threads.size;
  }

  /** @throws ThreadLost; what the task throws */
  run(task: Task): Promise<Result> {
    clearTimeout(this.#idle);
    const thread = this.#free();
    // While it has something to do the process stays.
    if (thread.waiting.length === 0) thread.worker.ref();
    return new Promise((resolve, reject) => {
      thread.waiting.push({ resolve, reject });
      try {
        thread.worker.postMessage({ task } satisfies Asked<Task>, []);
      } catch (error) {
        thread.waiting.pop();
        this.#rest(thread);
        reject(error);
      }
    });
  }

  /** What they have is lost. New ones begin when something is asked again. */
  async close(): Promise<void> {
    clearTimeout(this.#idle);
    const ended = [...this.#threads];
    // What is asked while they end goes to new ones.
    this.#threads.clear();
    await Promise.all(ended.map(({ worker }) => worker.terminate()));
  }

  #free(): Thread<Result> {
    const [least] = [...this.#threads].sort((a, b) => a.waiting.length - b.waiting.length);
    const isEnough = this.#threads.size >= this.#options.most || least?.waiting.length === 0;
    return least && isEnough ? least : this.#begin();
  }

  #begin(): Thread<Result> {
    const { entry, heapMiB, execArgv } = this.#options;
    const worker = new Worker(entry, {
      resourceLimits: { maxOldGenerationSizeMb: heapMiB },
      ...(execArgv && { execArgv: [...execArgv] }),
    });
    const thread: Thread<Result> = { worker, waiting: [] };
    this.#threads.add(thread);
    worker.on('message', (answer: Answer<Result>) => this.#answered(thread, answer));
    let cause: unknown;
    worker.on('error', (error) => {
      cause = error;
    });
    worker.on('exit', () => {
      this.#threads.delete(thread);
      for (const { reject } of thread.waiting.splice(0))
        reject(new ThreadLost('a thread is gone', { cause }));
    });
    return thread;
  }

  #answered(thread: Thread<Result>, answer: Answer<Result>): void {
    const asked = thread.waiting.shift();
    this.#rest(thread);
    if (answer.isDone) asked?.resolve(answer.result);
    else asked?.reject(answer.error);
  }

  #rest({ worker, waiting }: Thread<Result>): void {
    if (waiting.length === 0) worker.unref();
    if ([...this.#threads].some((thread) => thread.waiting.length > 0)) return;
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => void this.close(), this.#options.idleMs).unref();
  }
}
