/** Resolves when the caller may begin a piece of work. */
export type Breath = () => Promise<void>;

/**
 * Lets pieces of work begin one at a time, each in its own round of the event loop: between two of them, whoever waits
 * for an answer (a webhook, a page, a worker) has its turn. A thousand runs that GitHub answers at once would else be
 * gone on with in one go.
 */
export function createBreath(): Breath {
  const line: (() => void)[] = [];
  const next = (): void => {
    line.shift()?.();
    // What was just let go runs when this returns, and before the next round.
    if (line.length > 0) setImmediate(next);
  };
  return () =>
    new Promise((resolve) => {
      line.push(resolve);
      if (line.length === 1) setImmediate(next);
    });
}
