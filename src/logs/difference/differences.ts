import { type LogArchive, type LogId, LogRemoved } from '../ports.js';
import { type Compared, compare } from './compare.js';
import { comparedParts } from './part.js';

/** Comparisons that are remembered: several people look at one failure. */
const REMEMBERED = 20;

export type { DifferenceLine } from './compare.js';

export type LogDifference =
  | ({
      readonly kind: 'compared';
      /** Only the end of a log was looked at. */
      readonly isCut: boolean;
    } & Compared)
  /** They have too little in common to be compared line by line. */
  | { readonly kind: 'too_different' }
  /** One of them is not kept any more. */
  | { readonly kind: 'removed' };

/** What differs between the logs of two runs of a stage. */
export interface Differences {
  between(before: LogId, after: LogId): Promise<LogDifference>;
}

export function createDifferences(archive: LogArchive): Differences {
  const known = new Map<string, Promise<LogDifference>>();
  /** One at a time: each holds megabytes, and the processor for a while. */
  let turn: Promise<unknown> = Promise.resolve();

  async function look(before: LogId, after: LogId): Promise<LogDifference> {
    const parts = await comparedParts(archive, before, after);
    const compared = await compare(parts.before, parts.after);
    if (compared === undefined) return { kind: 'too_different' };
    return { kind: 'compared', isCut: parts.before.isCut || parts.after.isCut, ...compared };
  }

  return {
    async between(before, after) {
      try {
        const sizes = await Promise.all([archive.size(before), archive.size(after)]);
        const name = JSON.stringify([before, after, sizes]);
        const found = known.get(name);
        if (found !== undefined) return await found;
        const next = turn.then(() => look(before, after));
        turn = next.catch(() => undefined);
        known.set(name, next);
        next.catch(() => known.delete(name));
        const [oldest] = known.keys();
        if (known.size > REMEMBERED && oldest !== undefined) known.delete(oldest);
        return await next;
      } catch (error) {
        if (error instanceof LogRemoved) return { kind: 'removed' };
        throw error;
      }
    },
  };
}
