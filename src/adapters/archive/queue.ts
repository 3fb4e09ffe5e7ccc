import type { Logger } from './remote.js';

/** Work that is done one after the other, each by its name once, and again later when it fails. */
export class Queue {
  readonly #retryMs: number;
  readonly #logger: Logger;
  readonly #waiting = new Map<string, () => Promise<void>>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #turn: Promise<unknown> = Promise.resolve();
  #stopped = false;

  constructor(retryMs: number, logger: Logger) {
    this.#retryMs = retryMs;
    this.#logger = logger;
  }

  /** Takes the place of what waits under that name. */
  add(name: string, work: () => Promise<void>): void {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
    const isNew = !this.#waiting.has(name);
    this.#waiting.set(name, work);
    if (isNew) void this.alone(() => this.#take(name));
  }

  /** Not while something of it is under way. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    return done;
  }

  /** Resolves when everything was tried. */
  async idle(): Promise<void> {
    while (this.#waiting.size > 0) await this.#turn;
    await this.#turn;
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#waiting.clear();
  }

  async #take(name: string): Promise<void> {
    const work = this.#waiting.get(name);
    this.#waiting.delete(name);
    try {
      await work?.();
    } catch (err) {
      if (this.#stopped || !work) return;
      this.#logger.warn({ err, log: name }, 'log not moved to its store: tried again later');
      const timer = setTimeout(() => this.add(name, work), this.#retryMs);
      this.#timers.set(name, timer.unref());
    }
  }
}
