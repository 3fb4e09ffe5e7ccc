/** What `changed` is told where it is not a run that changed: a worker came, went, or took a job. */
export const WORKERS = 0;

/** Wakes who watches runs in this process. It keeps nothing of them: what they are now is in the store. */
export interface Feed {
  /** Call after the change of the run is stored. */
  changed(run: number): void;
  /**
   * Yields the number of the run that changed; without a run, of any. Changes of one run that come while the
   * reader is busy are one. Ends when aborted or left. Watching begins with the call, not with the first read:
   * nothing between the two is missed.
   */
  watch(run: number | undefined, signal: AbortSignal): AsyncIterableIterator<number>;
}

/** Who does not read is not sent more than this many numbers: later it looks at everything anyway. */
const MOST_PENDING = 1000;

export function createFeed(): Feed {
  const watchers = new Set<Watcher>();
  return {
    changed: (run) => {
      for (const watcher of watchers) {
        if (watcher.run === undefined || watcher.run === run) watcher.wake(run);
      }
    },
    watch: (run, signal) => {
      const watcher = createWatcher(run, () => watchers.delete(watcher));
      if (signal.aborted) {
        watcher.stop();
      } else {
        watchers.add(watcher);
        signal.addEventListener('abort', watcher.stop, { once: true });
      }
      return watcher.changes;
    },
  };
}

interface Watcher {
  readonly run: number | undefined;
  readonly changes: AsyncIterableIterator<number>;
  readonly wake: (run: number) => void;
  readonly stop: () => void;
}

/** Not a generator: `return()` of one that waits would wait too, and a reader that left would stay. */
function createWatcher(run: number | undefined, leave: () => void): Watcher {
  const pending = new Set<number>();
  let isOver = false;
  let answer: ((result: IteratorResult<number>) => void) | undefined;

  const next = (): IteratorResult<number> | undefined => {
    if (isOver) return { done: true, value: undefined };
    for (const value of pending) {
      pending.delete(value);
      return { done: false, value };
    }
    return undefined;
  };
  const reply = (): void => {
    const result = answer && next();
    if (result === undefined) return;
    answer?.(result);
    answer = undefined;
  };
  const stop = (): void => {
    isOver = true;
    leave();
    reply();
  };
  const changes: AsyncIterableIterator<number> = {
    next: () =>
      new Promise((resolve) => {
        answer = resolve;
        reply();
      }),
    return: () => {
      stop();
      return Promise.resolve({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]: () => changes,
  };
  const wake = (changed: number): void => {
    if (pending.size < MOST_PENDING) pending.add(changed);
    reply();
  };
  return { run, changes, wake, stop };
}
