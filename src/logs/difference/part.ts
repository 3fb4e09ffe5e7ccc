import { readPlainLines } from '../cause/read-lines.js';
import { type Section, sectionOf } from '../cause/section.js';
import { newlinesBefore } from '../locate.js';
import type { LogArchive, LogId, LogIndex } from '../ports.js';
import type { Lines } from './compare.js';

/** What is compared of a log at most: its end. */
const MOST_BYTES = 4 * 1024 * 1024;
const MOST_LINES = 20_000;

/** The part of a log that is compared. */
export interface Part extends Lines {
  /** There is more before it. */
  readonly isCut: boolean;
}

/** All of the log; of one that is too long, what ran last. Up to the end of that command, in both logs. */
export async function comparedParts(
  archive: LogArchive,
  before: LogId,
  after: LogId,
): Promise<{ readonly before: Part; readonly after: Part }> {
  const [old, now] = await Promise.all([archive.index(before), archive.index(after)]);
  const failed = sectionOf(now, undefined);
  // Where this one stopped the other went on: what it did then is no difference.
  const passed = sectionOf(old, failed.number);
  const isLong = failed.end > MOST_BYTES || passed.end > MOST_BYTES;
  return {
    before: await readPart(archive, before, old, isLong ? passed : { ...passed, start: passed.tryStart }),
    after: await readPart(archive, after, now, isLong ? failed : { ...failed, start: failed.tryStart }),
  };
}

async function readPart(
  archive: LogArchive,
  log: LogId,
  index: LogIndex,
  { start, end }: Pick<Section, 'start' | 'end'>,
): Promise<Part> {
  const from = Math.max(start, end - MOST_BYTES);
  const lines: string[] = [];
  for await (const some of readPlainLines(archive.read(log, from, end))) {
    // A piece may be a quarter of a million blank lines: too many for arguments of one call.
    for (const line of some) lines.push(line);
  }
  const first = (await newlinesBefore(archive, log, index, from)) + 1;
  const left = Math.max(0, lines.length - MOST_LINES);
  return { from: first + left, lines: lines.slice(left), isCut: from > start || left > 0 };
}
