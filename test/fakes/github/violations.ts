/** Something that real GitHub would not have taken, or that real GitHub would not have said. */
export interface Violation {
  readonly kind: 'unknown route' | 'request' | 'response' | 'payload' | 'crash';
  /** `POST /repos/o/r/check-runs`, or the name of a webhook event. */
  readonly where: string;
  readonly problem: string;
}

export interface Violations {
  add(violation: Violation): void;
  all(): readonly Violation[];
  clear(): void;
  /** @throws Error that lists them when there are any */
  expectClean(): void;
}

export function createViolations(): Violations {
  const found: Violation[] = [];
  return {
    add: (violation) => {
      found.push(violation);
    },
    all: () => found,
    clear: () => {
      found.length = 0;
    },
    expectClean: () => {
      if (found.length === 0) return;
      const lines = found.map(({ kind, where, problem }) => `  ${kind}: ${where}: ${problem}`);
      throw new Error(`GitHub saw ${found.length} violation(s):\n${lines.join('\n')}`);
    },
  };
}
