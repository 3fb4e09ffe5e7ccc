/** Which of those that match meet it: so many pass first, so many then do not. */
export interface Turns {
  /** Default 0. */
  readonly after?: number;
  /** Default 1. */
  readonly times?: number;
}

export interface ActiveRule {
  /** How many have met it. */
  readonly hits: number;
  remove(): void;
}

/** Rules that are met in turn; the first that applies wins. */
export interface Rules<R extends Turns, T> {
  add(rule: R): ActiveRule;
  /** The rule that this one meets; counts it. */
  take(one: T): R | undefined;
  clear(): void;
}

export function createRules<R extends Turns, T>(matches: (rule: R, one: T) => boolean): Rules<R, T> {
  const active = new Set<{ readonly rule: R; seen: number; hits: number }>();
  return {
    add: (rule) => {
      const entry = { rule, seen: 0, hits: 0 };
      active.add(entry);
      return {
        get hits() {
          return entry.hits;
        },
        remove: () => {
          active.delete(entry);
        },
      };
    },
    take: (one) => {
      for (const entry of active) {
        const { rule } = entry;
        if (!matches(rule, one)) continue;
        entry.seen += 1;
        const nth = entry.seen - (rule.after ?? 0);
        if (nth < 1 || nth > (rule.times ?? 1)) continue;
        entry.hits += 1;
        return rule;
      }
      return undefined;
    },
    clear: () => active.clear(),
  };
}
