import type { LogArchive, LogId } from './ports.js';
import { scanLog } from './scan.js';

/** Lines that are named; more are only counted. */
const MOST_NAMED = 5_000;
/** Logs whose troubles are kept, at most 5,000 numbers each. */
const MOST_KEPT = 64;

export interface Troubles {
  /** Ascending. */
  readonly lines: readonly number[];
  readonly count: number;
}

/** Finds them once for every size of a log, also when many ask at the same time. */
export function createTroubleFinder(archive: LogArchive): (log: LogId) => Promise<Troubles> {
  /** By log, the longest not asked for first. */
  const kept = new Map<string, { readonly bytes: number; readonly troubles: Promise<Troubles> }>();
  return async (log) => {
    const key = JSON.stringify([log.run, log.stage, log.service]);
    const bytes = await archive.size(log);
    const known = kept.get(key);
    const troubles = known?.bytes === bytes ? known.troubles : findTroubles(archive, log);
    kept.delete(key);
    kept.set(key, { bytes, troubles });
    for (const oldest of kept.keys()) {
      if (kept.size <= MOST_KEPT) break;
      kept.delete(oldest);
    }
    try {
      return await troubles;
    } catch (error) {
      if (kept.get(key)?.troubles === troubles) kept.delete(key);
      throw error;
    }
  };
}

/** Where the whole log looks like trouble. @throws LogRemoved */
export async function findTroubles(archive: LogArchive, log: LogId): Promise<Troubles> {
  const named: number[] = [];
  let count = 0;
  for await (const { lines } of scanLog(archive, log, { kind: 'trouble' })) {
    named.push(...lines.slice(0, MOST_NAMED - named.length));
    count += lines.length;
  }
  return { lines: named, count };
}
