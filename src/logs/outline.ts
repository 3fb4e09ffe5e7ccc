import { readAll } from './collect.js';
import { checkpointBefore, countNewlines, linesOf } from './locate.js';
import type { LogArchive, LogCheckpoint, LogId, LogIndex, LogMark } from './ports.js';

/** Bytes of a heading that are read: a command may be a script of its own. */
const HEADING_BYTES = 1024;

/** A section of a log, which begins at a mark. */
export interface Section {
  readonly mark: LogMark;
  /** Of its heading. */
  readonly line: number;
  /** The last line that belongs to it, by now. */
  readonly until: number;
  /** The heading as it was printed, its first line, as far as it is there. */
  readonly heading: string;
}

export interface Outline {
  readonly bytes: number;
  readonly lines: number;
  readonly sections: readonly Section[];
  /** When the first byte was printed, in milliseconds since the epoch. */
  readonly startedAt: number | undefined;
}

/**
 * Reads little: of each part between two checkpoints that holds marks, once. @throws LogRemoved
 * @param before what it was: sections that were there are not read again
 */
export async function readOutline(archive: LogArchive, log: LogId, before?: Outline): Promise<Outline> {
  const index = await archive.index(log);
  const lines = linesOf(index);
  // The heading of the last one may not have been whole.
  const known = (before?.sections.slice(0, -1) ?? []).filter(
    ({ mark }, at) => index.marks[at]?.offset === mark.offset,
  );
  const begun = [...known, ...(await beginnings(archive, log, index, index.marks.slice(known.length)))];
  const sections = begun.map((section, at) => ({
    ...section,
    until: Math.max(section.line, (begun[at + 1]?.line ?? lines + 1) - 1),
  }));
  const [first] = index.bytes === 0 ? [] : await archive.stamps(log, 0, 1);
  return { bytes: index.bytes, lines, sections, startedAt: first?.at };
}

type Beginning = Omit<Section, 'until'>;

async function beginnings(
  archive: LogArchive,
  log: LogId,
  index: LogIndex,
  marks: readonly LogMark[],
): Promise<readonly Beginning[]> {
  const found: Beginning[] = [];
  for (const [checkpoint, inside] of byCheckpoint(index, marks)) {
    const end = Math.max(...inside.map(({ offset }) => offset)) + HEADING_BYTES;
    const bytes = await readAll(archive, log, checkpoint.offset, end);
    let newlines = checkpoint.newlines;
    let counted = 0;
    for (const mark of inside) {
      const at = mark.offset - checkpoint.offset;
      newlines += countNewlines(bytes.subarray(counted, at));
      counted = at;
      found.push({ mark, line: newlines + 1, heading: headingOf(bytes.subarray(at, at + HEADING_BYTES)) });
    }
  }
  return found;
}

function byCheckpoint(index: LogIndex, marks: readonly LogMark[]): ReadonlyMap<LogCheckpoint, LogMark[]> {
  const groups = new Map<LogCheckpoint, LogMark[]>();
  for (const mark of marks) {
    const checkpoint = checkpointBefore(index, mark.offset);
    const group = groups.get(checkpoint) ?? [];
    groups.set(checkpoint, group);
    group.push(mark);
  }
  return groups;
}

function headingOf(bytes: Buffer): string {
  const newline = bytes.indexOf('\n');
  return bytes.toString('utf8', 0, newline < 0 ? bytes.length : newline);
}
