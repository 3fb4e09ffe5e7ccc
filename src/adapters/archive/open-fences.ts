import type { FenceLog } from './fence-log.js';

interface OpenFence {
  readonly log: Promise<FenceLog>;
  /** Once it is open. */
  opened: FenceLog | undefined;
  users: number;
}

export interface OpenLimits {
  /** Far below the usual limit of 1,024 files per process: sockets and Docker streams need theirs. */
  readonly count: number;
  /** bytes of memory */
  readonly weight: number;
}

/**
 * Logs that are open, by the path of their fence: the longest unused are closed first. More are open only while
 * more are used at the same moment. One that is closed loses nothing: it is on the disk.
 */
export class OpenFences {
  /** In order of last use, oldest first. */
  readonly #fences = new Map<string, OpenFence>();
  readonly #limits: OpenLimits;
  readonly #open: (path: string) => Promise<FenceLog>;

  constructor(limits: OpenLimits, open: (path: string) => Promise<FenceLog>) {
    this.#limits = limits;
    this.#open = open;
  }

  async use<T>(path: string, work: (log: FenceLog) => T | Promise<T>): Promise<T> {
    const fence = this.#fences.get(path) ?? this.#begin(path);
    this.#fences.delete(path);
    this.#fences.set(path, fence);
    fence.users += 1;
    try {
      return await work(await fence.log);
    } finally {
      fence.users -= 1;
      this.#evict();
    }
  }

  /** Forgets what is below the folder, when what is under way there is done: its files may go. */
  async closeBelow(directory: string): Promise<void> {
    const inside = [...this.#fences].filter(([path]) => path.startsWith(`${directory}/`));
    for (const [path] of inside) this.#fences.delete(path);
    await Promise.all(
      inside.map(async ([, { log }]) => {
        const opened = await log.catch(() => undefined);
        await opened?.release();
      }),
    );
  }

  #begin(path: string): OpenFence {
    const fence: OpenFence = { log: this.#open(path), opened: undefined, users: 0 };
    void this.#settle(path, fence);
    return fence;
  }

  async #settle(path: string, fence: OpenFence): Promise<void> {
    try {
      fence.opened = await fence.log;
    } catch {
      // Told to those who use it; the next one opens it anew.
      this.#forget(path, fence);
    }
  }

  #forget(path: string, fence: OpenFence): void {
    if (this.#fences.get(path) === fence) this.#fences.delete(path);
  }

  #evict(): void {
    let count = this.#fences.size;
    let weight = 0;
    for (const { opened } of this.#fences.values()) weight += opened?.weight ?? 0;
    for (const [path, fence] of this.#fences) {
      if (count <= this.#limits.count && weight <= this.#limits.weight) return;
      // While it is packed its files change: opened a second time it would be packed twice.
      if (fence.users > 0 || !fence.opened || fence.opened.isPacking) continue;
      count -= 1;
      weight -= fence.opened.weight;
      this.#forget(path, fence);
      // What is written is on the disk: a file that does not close well loses nothing.
      fence.opened.release().catch(() => {});
    }
  }
}
