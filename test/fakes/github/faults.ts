import { type ActiveRule, createRules, type Turns } from './rules.js';

/** What goes wrong. */
export type Fault =
  /** The request is carried out, and the connection dies before the answer. Not for git. */
  | { readonly kind: 'lost' }
  /** The connection dies before anything is done. */
  | { readonly kind: 'broken' }
  /** A gateway answers in GitHub's place, and nothing is done. */
  | { readonly kind: 'status'; readonly status: 500 | 502 | 503 | 504 }
  /** The secondary rate limit; GitHub says it either way. Default 403. */
  | { readonly kind: 'secondary'; readonly retryAfterSeconds: number; readonly status?: 403 | 429 }
  /** 403 of the primary rate limit, which is empty until then. */
  | { readonly kind: 'exhausted'; readonly resetInSeconds: number }
  /** 401, as when a token was revoked early. */
  | { readonly kind: 'unauthorized' }
  /** It is carried out, later. */
  | { readonly kind: 'latency'; readonly ms: number };

/** For a while: `times: Infinity`, and `remove()` at the end. */
export interface FaultRule extends Turns {
  readonly fault: Fault;
  /** Such as `checks/create`; for git `git/upload-pack` or `git/receive-pack`. Absent: any. */
  readonly operation?: string;
  /** The path as it came, with the query. Absent: any. */
  readonly path?: RegExp;
}

export interface Faults {
  add(rule: FaultRule): ActiveRule;
  /** Every connection is dropped, git's too, until {@link up}. */
  down(): void;
  up(): void;
  clear(): void;
}

interface Asked {
  readonly operation: string;
  readonly path: string;
}

export interface FaultSource extends Faults {
  /** The fault that a request meets; counts it. */
  take(request: Asked): Fault | undefined;
}

export function createFaults(): FaultSource {
  const rules = createRules<FaultRule, Asked>(
    (rule, { operation, path }) =>
      (rule.operation === undefined || rule.operation === operation) &&
      (rule.path === undefined || rule.path.test(path)),
  );
  let down = false;
  return {
    add: (rule) => rules.add(rule),
    down: () => {
      down = true;
    },
    up: () => {
      down = false;
    },
    clear: () => {
      rules.clear();
      down = false;
    },
    take: (request) => (down ? { kind: 'broken' } : rules.take(request)?.fault),
  };
}
