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

/** What all installations share. */
export interface Shared {
  /** Writes in flight over all of them. */
  readonly inFlight: number;
  /** Resolves when a write may begin: others have work to do as well. */
  readonly breath: () => Promise<void>;
}

/** With nothing shared each installation has the whole process to itself. */
export function createGates(clock: Clock, inFlight: number, shared?: Shared): Gates {
  const gates = new Map<number, Gate>();
  const all = shared && behind(createGate(clock, shared.inFlight), shared.breath);
  return (installation) => {
    const known = gates.get(installation);
    if (known !== undefined) return known;
    const own = createGate(clock, inFlight);
    const gate = all === undefined ? own : both(own, all);
    gates.set(installation, gate);
    return gate;
  };
}

function behind(gate: Gate, breath: () => Promise<void>): Pick<Gate, 'pass'> {
  return {
    async pass(task, signal, urgent) {
      const begin = async () => {
        await breath();
        return signal.aborted ? undefined : await task();
      };
      return await gate.pass(begin, signal, urgent);
    },
  };
}

/** Its own first: who waits for its installation keeps nobody else from going on. */
function both(own: Gate, all: Pick<Gate, 'pass'>): Gate {
  return {
    ...own,
    pass: (task, signal, urgent) => own.pass(() => all.pass(task, signal, urgent), signal, urgent),
  };
}

interface Waiting {
  readonly urgent: () => boolean;
  readonly go: () => void;
}

function firstOf(line: ReadonlySet<Waiting>): Waiting | undefined {
  for (const waiting of line) {
    if (waiting.urgent()) return waiting;
  }
  const [longest] = line;
  return longest;
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
      const next = firstOf(line);
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
