/** More than are heard of in the days that a delivery can be late. */
const REMEMBERED = 10_000;

/**
 * Branches and pull requests whose end was heard of: what comes of one of these may be older, and GitHub is asked
 * before it runs. Of this process alone: what was missed comes again, in any order, after a start.
 */
export interface Departures {
  /** @param repository id @param scope `branch:…` or `pull:…` */
  note(repository: number, scope: string): void;
  has(repository: number, scopes: readonly string[]): boolean;
  /** It is back. */
  forget(repository: number, scopes: readonly string[]): void;
}

export function createDepartures(): Departures {
  const known = new Set<string>();
  const key = (repository: number, scope: string): string => `${String(repository)} ${scope}`;
  return {
    note(repository, scope) {
      known.add(key(repository, scope));
      for (const oldest of known) {
        if (known.size <= REMEMBERED) break;
        known.delete(oldest);
      }
    },
    has: (repository, scopes) => scopes.some((scope) => known.has(key(repository, scope))),
    forget(repository, scopes) {
      for (const scope of scopes) known.delete(key(repository, scope));
    },
  };
}
