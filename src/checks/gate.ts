import type { Clock } from './ports.js';

/** What lets writes through: so many at once, none during a pause. */
export interface Gate {
  /**
   * Runs the task when it may; undefined when aborted before. Whoever is urgent goes first, then who waits longest;
   * `urgent` is asked when a place is free, not before.
   */
  pass<T>(task: () => Promise<T>, signal: AbortSignal, urgent: () => boolean): Promise<T | undefined>;
  /** Nothing passes before that time (ms since the epoch). A later pause wins. */
  pauseUntil(at: number): void;
  /** Whether a task would have to wait. */
  isShut(): boolean;
}

/** The gate of an installation: one for all that writes in its name. */
export type Gates = (installation: number) => Gate;

export function createGates(clock: Clock, inFlight: number): Gates {
  const gates = new Map<number, Gate>();
  return (installation) => {
    const gate = gates.get(installation) ?? createGate(clock, inFlight);
    gates.set(installation, gate);
    return gate;
  };
}

interface Waiting {
  readonly urgent: () => boolean;
  readonly go: () => void;
}

export function createGate(clock: Clock, inFlight: number): Gate {
  const line = new Set<Waiting>();
  let free = inFlight;
  let pausedUntil = 0;
  /** One sleep for all who wait for the end of a pause. */
  let sleep: AbortController | undefined;

  const isPaused = (): boolean => clock.now() < pausedUntil;

  function admit(): void {
    while (free > 0 && line.size > 0 && !isPaused()) {
      const all = [...line];
      const next = all.find(({ urgent }) => urgent()) ?? all[0];
      if (next !== undefined) {
        line.delete(next);
        free -= 1;
        next.go();
      }
    }
    if (line.size > 0 && isPaused() && sleep === undefined) {
      sleep = new AbortController();
      void sleepUntilOpen(sleep.signal);
    }
  }

  async function sleepUntilOpen(signal: AbortSignal): Promise<void> {
    while (isPaused() && !signal.aborted) {
      await clock.sleep(pausedUntil - clock.now(), signal);
    }
    sleep = undefined;
    admit();
  }

  /** @returns whether a place was taken */
  function enter(signal: AbortSignal, urgent: () => boolean): Promise<boolean> {
    if (signal.aborted) {
      return Promise.resolve(false);
    }
    return new Promise((resolve) => {
      const leave = (): void => {
        line.delete(waiting);
        if (line.size === 0) {
          sleep?.abort();
        }
        resolve(false);
      };
      const waiting: Waiting = {
        urgent,
        go: () => {
          signal.removeEventListener('abort', leave);
          resolve(true);
        },
      };
      signal.addEventListener('abort', leave, { once: true });
      line.add(waiting);
      admit();
    });
  }

  return {
    async pass(task, signal, urgent) {
      if (!(await enter(signal, urgent))) {
        return undefined;
      }
      try {
        return signal.aborted ? undefined : await task();
      } finally {
        free += 1;
        admit();
      }
    },
    pauseUntil(at) {
      pausedUntil = Math.max(pausedUntil, at);
    },
    isShut: () => free === 0 || line.size > 0 || isPaused(),
  };
}
