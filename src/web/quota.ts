/** How often something may be asked, by whom. */
export interface Quota {
  /** Counts one. @returns seconds to wait; 0: it may be asked now */
  take(who: string): number;
}

const WINDOW_MS = 60_000;

/** Whoever comes when so many are known begins with a table of its own: strangers cannot fill the memory. */
const MOST_KNOWN = 10_000;

/** So many a minute for each, and so many for all together. */
export function createQuota(now: () => number, each: number, all: number): Quota {
  let counted = new Map<string, number>();
  let total = 0;
  let until = 0;
  return {
    take(who) {
      if (now() >= until || counted.size >= MOST_KNOWN) {
        counted = new Map();
        total = 0;
        until = now() + WINDOW_MS;
      }
      const mine = (counted.get(who) ?? 0) + 1;
      if (mine > each || total >= all) {
        return Math.max(1, Math.ceil((until - now()) / 1000));
      }
      counted.set(who, mine);
      total += 1;
      return 0;
    },
  };
}
