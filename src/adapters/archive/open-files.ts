import { constants, type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

interface OpenFile {
  readonly handle: Promise<FileHandle>;
  users: number;
  /** Nobody may begin to use it; the last user closes it. */
  dropped: boolean;
  readonly closed: Promise<void>;
  readonly markClosed: () => void;
}

/**
 * Files that are open for writing, at most `limit` idle ones: the longest unused is closed first.
 * More are open only while more are written at the same moment.
 */
export class OpenFiles {
  /** In order of last use, oldest first. */
  readonly #files = new Map<string, OpenFile>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Opens, or creates with its folders; never truncates. */
  async use<T>(path: string, work: (file: FileHandle) => Promise<T>): Promise<T> {
    const file = this.#files.get(path) ?? begin(path);
    this.#files.delete(path);
    this.#files.set(path, file);
    file.users += 1;
    try {
      return await work(await file.handle);
    } catch (error) {
      // A file that could not be opened, or whose disk failed, is opened anew next time.
      this.#drop(path, file);
      throw error;
    } finally {
      file.users -= 1;
      if (file.dropped && file.users === 0) void close(file);
      this.#evict();
    }
  }

  /** Resolves when the files below the folder are closed. */
  async closeBelow(directory: string): Promise<void> {
    const inside = [...this.#files].filter(([path]) => path.startsWith(`${directory}/`));
    for (const [path, file] of inside) this.#drop(path, file);
    await Promise.all(inside.map(([, file]) => file.closed));
  }

  #drop(path: string, file: OpenFile): void {
    if (file.dropped) return;
    file.dropped = true;
    if (this.#files.get(path) === file) this.#files.delete(path);
    if (file.users === 0) void close(file);
  }

  #evict(): void {
    for (const [path, file] of this.#files) {
      if (this.#files.size <= this.#limit) return;
      if (file.users === 0) this.#drop(path, file);
    }
  }
}

function begin(path: string): OpenFile {
  let markClosed = (): void => {};
  const closed = new Promise<void>((resolve) => {
    markClosed = resolve;
  });
  return { handle: openForWriting(path), users: 0, dropped: false, closed, markClosed };
}

async function close(file: OpenFile): Promise<void> {
  try {
    await (await file.handle).close();
  } catch {
    // It was never opened, or every byte of it was already written: nothing can be lost by this.
  } finally {
    file.markClosed();
  }
}

/** Not `a`: Linux ignores the position of writes in append mode. Logs may hold what only some may read. */
async function openForWriting(path: string): Promise<FileHandle> {
  const flags = constants.O_WRONLY | constants.O_CREAT;
  try {
    return await open(path, flags, 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    return open(path, flags, 0o600);
  }
}
