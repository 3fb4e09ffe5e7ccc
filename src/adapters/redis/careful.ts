import type { Logger } from '../../runs/ports.js';
import { type Entry, ownerOf, type Reported, reportedBy } from './event-entries.js';

/**
 * A full disk is often emptied, and a lock let go of, within seconds. All others wait for their leases as long:
 * until then nobody knows whether what comes before is applied.
 */
const TRIES = 20;

export interface Careful {
  readonly apply: (batch: readonly Reported[]) => Promise<void>;
  /**
   * It was tried often enough: says so on its run. When this rejects, it is the server that is at fault, and both are
   * tried again.
   */
  readonly putAside: (reported: Reported, error: unknown) => Promise<void>;
  readonly logger: Logger;
}

/** @returns those that are applied, or put aside */
export type CarefulApply = (entries: readonly Entry[]) => Promise<readonly Entry[]>;

/** Applies entries one by one. Of a job whose entry cannot be applied the rest waits, for its order; other jobs go on. */
export function carefully({ apply, putAside, logger }: Careful): CarefulApply {
  /** Tries by owner. One that was given up stays: what else it sent may not be read yet. */
  const failing = new Map<string, number>();
  const isAside = async (reported: Reported, error: unknown): Promise<boolean> => {
    try {
      await putAside(reported, error);
      return true;
    } catch (err) {
      logger.error({ err }, 'a report of a worker not put aside');
      return false;
    }
  };
  return async (entries) => {
    const done: Entry[] = [];
    const waiting = new Set<string>();
    for (const entry of entries) {
      const reported = decoded(entry, logger);
      const owner = reported && JSON.stringify(ownerOf(reported));
      if (owner !== undefined && waiting.has(owner)) continue;
      try {
        if (reported) await apply([reported]);
        if (owner !== undefined && (failing.get(owner) ?? 0) < TRIES) failing.delete(owner);
      } catch (error) {
        if (reported === undefined || owner === undefined) throw error;
        const tries = (failing.get(owner) ?? 0) + 1;
        failing.set(owner, tries);
        // Once it was tried so often, no other report of this owner is waited for.
        if (tries < TRIES || !(await isAside(reported, error))) {
          logger.error({ err: error, ...ownerOf(reported), tries }, 'report of a worker not applied');
          waiting.add(owner);
          continue;
        }
      }
      done.push(entry);
    }
    return done;
  };
}

/** Undefined: it says nothing that could be applied. */
function decoded(entry: Entry, logger: Logger): Reported | undefined {
  try {
    return reportedBy(entry);
  } catch (err) {
    logger.error({ err, id: entry.id }, 'an entry among the events cannot be read: left out');
    return undefined;
  }
}
