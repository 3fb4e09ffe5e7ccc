import { isNoise } from './cause/noise.js';
import { plainText } from './plain-text.js';
import type { LogArchive, LogId } from './ports.js';
import { scanLog } from './scan.js';
import { linesWith } from './search.js';
import { HINT, LOOKED_AT, looksLikeTrouble } from './trouble.js';

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
  const lines: number[] = [];
  let count = 0;
  for await (const part of scanLog(archive, log)) {
    for (const { line, start, end } of linesWith(HINT, part)) {
      // Patterns look at how a line begins.
      if (part.isInside && line === part.line) continue;
      const beginning = part.text.slice(start, Math.min(end, start + 2 * LOOKED_AT));
      if (!plainText(beginning).split('\n').some(saysTrouble)) continue;
      count += 1;
      if (count <= MOST_NAMED) lines.push(line);
    }
  }
  return { lines, count };
}

function saysTrouble(line: string): boolean {
  return looksLikeTrouble(line) && !isNoise(line);
}
