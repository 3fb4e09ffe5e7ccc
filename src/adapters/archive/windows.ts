import type { ObjectStore } from '../../logs/ports.js';

/** Bytes that are asked for at once: some chunks, and no more than a reader waits for. */
const WINDOW = 1024 * 1024;

/** Parts of objects that were read of late, at most so many; two that ask for one ask once. */
export class Windows {
  readonly #objects: ObjectStore;
  readonly #most: number;
  /** In order of last use, oldest first. */
  readonly #kept = new Map<string, Promise<Buffer | undefined>>();

  constructor(objects: ObjectStore, most: number) {
    this.#objects = objects;
    this.#most = most;
  }

  /** Undefined: there is no such object, or it ends before. */
  async read(name: string, place: number, length: number): Promise<Buffer | undefined> {
    const pieces: Buffer[] = [];
    for (let at = place; at < place + length; ) {
      const start = at - (at % WINDOW);
      const window = await this.#window(name, start);
      const piece = window?.subarray(at - start, place + length - start);
      if (!piece || piece.length === 0) return undefined;
      pieces.push(piece);
      at += piece.length;
    }
    return Buffer.concat(pieces);
  }

  /** What was read of objects whose names begin so is asked for again. */
  forget(prefix: string): void {
    for (const key of this.#kept.keys()) if (key.startsWith(prefix)) this.#kept.delete(key);
  }

  #window(name: string, start: number): Promise<Buffer | undefined> {
    const key = `${name} ${start}`;
    const window = this.#kept.get(key) ?? this.#objects.get(name, { start, end: start + WINDOW });
    this.#kept.delete(key);
    this.#kept.set(key, window);
    const forget = (): void => {
      if (this.#kept.get(key) === window) this.#kept.delete(key);
    };
    window.then((bytes) => bytes ?? forget(), forget);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > this.#most && oldest !== undefined) this.#kept.delete(oldest);
    return window;
  }
}
