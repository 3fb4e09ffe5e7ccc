/** What goes wrong. */
export type Fault =
  /** The request is carried out, and the connection dies before the answer. Not for git. */
  | { readonly kind: 'lost' }
  /** The connection dies before anything is done. */
  | { readonly kind: 'broken' }
  /** A gateway answers in GitHub's place, and nothing is done. */
  | { readonly kind: 'status'; readonly status: 500 | 502 | 503 | 504 }
  /** 403 of the secondary rate limit. */
  | { readonly kind: 'secondary'; readonly retryAfterSeconds: number }
  /** 403 of the primary rate limit, which is empty until then. */
  | { readonly kind: 'exhausted'; readonly resetInSeconds: number }
  /** 401, as when a token was revoked early. */
  | { readonly kind: 'unauthorized' }
  /** It is carried out, later. */
  | { readonly kind: 'latency'; readonly ms: number };

export interface FaultRule {
  readonly fault: Fault;
  /** Such as `checks/create`; for git `git/upload-pack` or `git/receive-pack`. Absent: any. */
  readonly operation?: string;
  /** The path as it came, with the query. Absent: any. */
  readonly path?: RegExp;
  /** So many matching requests pass first. Default 0. */
  readonly after?: number;
  /** So many then meet the fault. Default 1. */
  readonly times?: number;
}

export interface Faults {
  /** @returns how many requests have met it, and a way to end it */
  add(rule: FaultRule): { readonly hits: number; remove(): void };
  /** Every connection is dropped, git's too, until {@link up}. */
  down(): void;
  up(): void;
  clear(): void;
}

export interface FaultSource extends Faults {
  /** The fault that a request meets; counts it. */
  take(request: { readonly operation: string; readonly path: string }): Fault | undefined;
}

export function createFaults(): FaultSource {
  const active = new Set<{ rule: FaultRule; seen: number; hits: number }>();
  let down = false;
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
    down: () => {
      down = true;
    },
    up: () => {
      down = false;
    },
    clear: () => {
      active.clear();
      down = false;
    },
    take: ({ operation, path }) => {
      if (down) return { kind: 'broken' };
      for (const entry of active) {
        const { rule } = entry;
        if (rule.operation !== undefined && rule.operation !== operation) continue;
        if (rule.path !== undefined && !rule.path.test(path)) continue;
        entry.seen += 1;
        const nth = entry.seen - (rule.after ?? 0);
        if (nth < 1 || nth > (rule.times ?? 1)) continue;
        entry.hits += 1;
        return rule.fault;
      }
      return undefined;
    },
  };
}
