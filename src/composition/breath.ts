/** A webhook's write takes a few; so long the rest waits for it, and no longer. */
const PATIENCE_MS = 25;
/** Between two looks while somebody is waited for: less than that the clock does not tell. */
const LOOK_MS = 1;

/**
 * Lets pieces of work begin one at a time, each in its own round of the event loop: between two of them, whoever waits
 * for an answer (a page, a worker) has its turn. A thousand runs that GitHub answers at once would else be gone on with
 * in one go. While a webhook is in hand they wait a little: GitHub sends again only what it is asked to.
 */
export interface Breath {
  /** Resolves when the caller may begin a piece of work. */
  readonly breath: () => Promise<void>;
  /** Work that others give way to. */
  readonly first: <T>(work: () => Promise<T>) => Promise<T>;
}

export function createBreath(now: () => number): Breath {
  const line: (() => void)[] = [];
  let inHand = 0;
  /** Since when the first in the line is. */
  let since = 0;

  const next = (): void => {
    if (inHand > 0 && now() - since < PATIENCE_MS) {
      setTimeout(next, LOOK_MS);
      return;
    }
    line.shift()?.();
    since = now();
    // What was just let go runs when this returns, and before the next round.
    if (line.length > 0) setImmediate(next);
  };

  return {
    breath: () =>
      new Promise((resolve) => {
        line.push(resolve);
        if (line.length > 1) return;
        since = now();
        setImmediate(next);
      }),
    async first(work) {
      inHand += 1;
      try {
        return await work();
      } finally {
        inHand -= 1;
      }
    },
  };
}
