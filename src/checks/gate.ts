import type { Clock } from './ports.js';

/** What lets writes through: so many at once, none during a pause. */
export interface Gate {
  /** Runs the task when it may; undefined when aborted before. */
  pass<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T | undefined>;
  /** Nothing passes before that time (ms since the epoch). A later pause wins. */
  pauseUntil(at: number): void;
}

export function createGate(clock: Clock, inFlight: number): Gate {
  const waiting: (() => void)[] = [];
  let free = inFlight;
  let pausedUntil = 0;

  async function enter(): Promise<void> {
    if (free > 0) {
      free -= 1;
      return;
    }
    await new Promise<void>((resolve) => waiting.push(resolve));
  }

  /** The place goes to who waits longest, without becoming free in between. */
  function leave(): void {
    const next = waiting.shift();
    if (next === undefined) {
      free += 1;
    } else {
      next();
    }
  }

  return {
    async pass(task, signal) {
      await enter();
      try {
        while (!signal.aborted && clock.now() < pausedUntil) {
          await clock.sleep(pausedUntil - clock.now(), signal);
        }
        return signal.aborted ? undefined : await task();
      } finally {
        leave();
      }
    },
    pauseUntil(at) {
      pausedUntil = Math.max(pausedUntil, at);
    },
  };
}
