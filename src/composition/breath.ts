/** A webhook's write takes a few; so long the rest waits for it, and no longer. */
const PATIENCE_MS = 25;
/** Between two looks while somebody is waited for: less than that the clock does not tell. */
const LOOK_MS = 1;

/** A webhook that took longer stood behind other work. */
const SOON_MS = 10;
/** The least pause that a late webhook causes, and the longest: 10 pieces a second begin whatever comes. */
const PAUSE_MIN_MS = 4;
const PAUSE_MAX_MS = 100;
/** A hold-up makes many webhooks late at once, and says so once. */
const RAISE_EVERY_MS = 50;
/** Of the longest pause, while webhooks are soon. */
const RECOVERY_MS = 5000;
/** Without a webhook for so long there is nobody to pause for. */
const QUIET_MS = 250;

/**
 * Lets pieces of work begin one at a time, each in its own round of the event loop: between two of them, whoever waits
 * for an answer (a page, a worker) has its turn. A thousand runs that GitHub answers at once would else be gone on with
 * in one go. While a webhook is in hand they wait a little: GitHub sends again only what it is asked to. And while
 * webhooks come late, fewer begin: what has begun goes on in rounds that nobody can order.
 */
export interface Breath {
  /** Resolves when the caller may begin a piece of work. */
  readonly breath: () => Promise<void>;
  /** Work that others give way to. */
  readonly first: <T>(work: () => Promise<T>) => Promise<T>;
}

export function createBreath(now: () => number): Breath {
  const line: (() => void)[] = [];
  const pause = createPause();
  let inHand = 0;
  /** Since when the first in the line is. */
  let since = 0;
  let begun = Number.NEGATIVE_INFINITY;

  const next = (): void => {
    const time = now();
    if ((inHand > 0 && time - since < PATIENCE_MS) || time - begun < pause.at(time)) {
      // An answer may be there before patience ends.
      setTimeout(next, LOOK_MS);
      return;
    }
    line.shift()?.();
    begun = time;
    since = time;
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
      const began = now();
      inHand += 1;
      try {
        return await work();
      } finally {
        inHand -= 1;
        pause.follow(now(), now() - began);
      }
    },
  };
}

/** Between two beginnings: doubled by webhooks that are late, shorter with time. */
function createPause() {
  let pause = 0;
  let heard = Number.NEGATIVE_INFINITY;
  let raised = Number.NEGATIVE_INFINITY;
  const at = (time: number): number => (time - heard > QUIET_MS ? 0 : pause);
  return {
    at,
    follow(time: number, took: number): void {
      const recovered = ((time - heard) / RECOVERY_MS) * PAUSE_MAX_MS;
      pause = Math.max(0, at(time) - recovered);
      heard = time;
      if (took <= SOON_MS || time - raised < RAISE_EVERY_MS) return;
      raised = time;
      pause = Math.min(PAUSE_MAX_MS, Math.max(PAUSE_MIN_MS, 2 * pause));
    },
  };
}
