import type { StageId } from '../pipeline/model.js';
import type { LogId, LogSegment } from './ports.js';

/** Why a watcher should look again. `marked`: sections began; it and `ended` are also given when there are new bytes. */
export type Wake = 'new' | 'marked' | 'ended';

/** Wakes the readers of logs in this process. It holds no bytes: those are in the archive. */
export interface Live {
  /** Call after the segment is in the archive. */
  published(segment: Pick<LogSegment, 'key' | 'marks'>): void;
  /** Call after the end of the stage is stored, whoever ended it: worker, person or policy. Its services' logs end too. */
  stageEnded(run: number, stage: StageId): void;
  /**
   * Yields once at once, then whenever something happened since the last look; what happened while
   * the reader was busy is one wake. Ends when aborted or left. Watching begins with the call, not
   * with the first read: nothing between the two is missed.
   */
  watch(log: LogId, signal: AbortSignal): AsyncIterableIterator<Wake>;
}

/** What happened while nobody looked is told as the weightiest of it. */
const WEIGHT: Readonly<Record<Wake, number>> = { new: 0, marked: 1, ended: 2 };

export function createLive(): Live {
  const watchers = new Map<string, Set<Watcher>>();
  const wakeAll = (found: Iterable<Watcher>, wake: Wake): void => {
    for (const watcher of found) watcher.wake(wake);
  };
  return {
    published: ({ key, marks = [] }) =>
      wakeAll(watchers.get(keyOf(key)) ?? [], marks.length > 0 ? 'marked' : 'new'),
    stageEnded: (run, stage) => {
      const ended = stageKey(run, stage);
      const names = [...watchers.keys()].filter((key) => key === ended || key.startsWith(`${ended}\n`));
      for (const name of names) wakeAll(watchers.get(name) ?? [], 'ended');
    },
    watch: (log, signal) => {
      const key = keyOf(log);
      const watcher = createWatcher(signal, () => {
        const others = watchers.get(key);
        others?.delete(watcher);
        if (others?.size === 0) watchers.delete(key);
      });
      if (signal.aborted) return watcher;
      watchers.set(key, (watchers.get(key) ?? new Set()).add(watcher));
      return watcher;
    },
  };
}

function stageKey(run: number, stage: StageId): string {
  return JSON.stringify([run, stage]);
}

/** JSON on one line has no line end: what comes after one is the service. */
function keyOf({ run, stage, service }: LogId): string {
  return service === undefined ? stageKey(run, stage) : `${stageKey(run, stage)}\n${service}`;
}

interface Watcher extends AsyncIterableIterator<Wake> {
  wake(wake: Wake): void;
}

/** Not a generator: `return()` of one that waits would wait too, and a reader that left would stay. */
function createWatcher(signal: AbortSignal, leave: () => void): Watcher {
  let pending: Wake | undefined = 'new';
  let waiting: ((result: IteratorResult<Wake>) => void) | undefined;
  let over = signal.aborted;

  const stop = (): void => {
    over = true;
    signal.removeEventListener('abort', stop);
    leave();
    waiting?.({ done: true, value: undefined });
    waiting = undefined;
  };
  if (!over) signal.addEventListener('abort', stop);

  const watcher: Watcher = {
    wake: (wake) => {
      if (waiting) {
        waiting({ done: false, value: wake });
        waiting = undefined;
      } else if (pending === undefined || WEIGHT[wake] > WEIGHT[pending]) {
        pending = wake;
      }
    },
    next: () => {
      if (over) return Promise.resolve({ done: true, value: undefined });
      if (pending) {
        const value = pending;
        pending = undefined;
        return Promise.resolve({ done: false, value });
      }
      return new Promise((resolve) => {
        waiting = resolve;
      });
    },
    return: () => {
      stop();
      return Promise.resolve({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]: () => watcher,
  };
  return watcher;
}
