import type { Clock } from '../../src/checks/ports.js';
import { START } from './subjects.js';

/** Time that passes only when a test says so. */
export interface FakeClock extends Clock {
  /** Lets so much time pass; whoever wakes in between does so at its own moment. */
  advance(ms: number): Promise<void>;
  /** Lets time pass until the promise is settled. Rejects when nothing waits for time any more. */
  until<T>(promise: Promise<T>): Promise<T>;
}

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** More steps than any test needs; a loop without an end would hang. */
const MOST_STEPS = 20_000;

export function fakeClock(): FakeClock {
  let now = START;
  const sleepers = new Set<Sleeper>();

  function next(): Sleeper | undefined {
    return [...sleepers].toSorted((a, b) => a.at - b.at)[0];
  }

  async function wakeNext(limit: number): Promise<boolean> {
    await settled();
    const sleeper = next();
    if (sleeper === undefined || sleeper.at > limit) {
      return false;
    }
    now = Math.max(now, sleeper.at);
    sleeper.wake();
    return true;
  }

  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) {
          resolve();
          return;
        }
        const wake = () => {
          sleepers.delete(sleeper);
          signal?.removeEventListener('abort', wake);
          resolve();
        };
        const sleeper = { at: now + ms, wake };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', wake);
      }),
    async advance(ms) {
      const target = now + ms;
      while (await wakeNext(target));
      now = target;
      await settled();
    },
    async until(promise) {
      let done = false;
      const mark = () => {
        done = true;
      };
      promise.then(mark, mark);
      for (let step = 0; step < MOST_STEPS; step += 1) {
        await settled();
        if (done) {
          return await promise;
        }
        if (!(await wakeNext(Number.POSITIVE_INFINITY))) {
          await settled();
          if (!done) {
            throw new Error('nothing happens any more');
          }
        }
      }
      throw new Error('it goes on for ever');
    },
  };
}

/** Promises that need no time have run when this resolves. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
