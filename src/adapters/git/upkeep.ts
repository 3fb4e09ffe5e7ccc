import type { GitCommand } from './git-command.js';
import { objectsOf } from './mirror.js';
import { createMutex } from './mutex.js';
import { rollUp } from './roll-up.js';
import { createUses, type Uses } from './uses.js';

/** What is done in mirrors behind the jobs: one piece of it at a time. */
export interface Upkeep {
  readonly uses: Uses;
  /** Something was fetched: the mirror may have one pack too many. */
  fetched(mirror: string, local: GitCommand): void;
  /** What was asked for is done, and its job has what it waited for. */
  begin(): void;
  alone<T>(work: () => Promise<T>): Promise<T>;
  close(): void;
}

/** @param borrowed objects that workspaces of earlier processes borrow */
export function createUpkeep(borrowed: () => Promise<readonly string[]>): Upkeep {
  const mutex = createMutex();
  const waiting = new Map<string, GitCommand>();
  // Not the job's: it is over before this is.
  const stop = new AbortController();
  const rollUpAll = async (): Promise<void> => {
    for (const [mirror, local] of waiting) {
      waiting.delete(mirror);
      // The next fetch asks for it again: until then it only costs time.
      await rollUp({ ...local, signal: stop.signal }, mirror).catch(() => undefined);
    }
  };
  return {
    uses: createUses(async (mirror) => (await borrowed()).includes(objectsOf(mirror))),
    fetched: (mirror, local) => void waiting.set(mirror, local),
    begin: () => void mutex(rollUpAll),
    alone: mutex,
    close: () => stop.abort(new Error('the worker is shutting down')),
  };
}
