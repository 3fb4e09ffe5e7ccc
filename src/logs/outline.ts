import { linesOf, newlinesBefore } from './locate.js';
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

/** Reads little: the headings, and what is between them and a checkpoint. @throws LogRemoved */
export async function readOutline(archive: LogArchive, log: LogId): Promise<Outline> {
  const index = await archive.index(log);
  const lines = linesOf(index);
  const begun = await beginnings(archive, log, index);
  const sections = begun.map((section, at) => ({
    ...section,
    until: Math.max(section.line, (begun[at + 1]?.line ?? lines + 1) - 1),
  }));
  const [first] = index.bytes === 0 ? [] : await archive.stamps(log, 0, 1);
  return { bytes: index.bytes, lines, sections, startedAt: first?.at };
}

async function beginnings(
  archive: LogArchive,
  log: LogId,
  index: LogIndex,
): Promise<readonly Omit<Section, 'until'>[]> {
  const found: Omit<Section, 'until'>[] = [];
  let known: LogCheckpoint | undefined;
  for (const mark of index.marks) {
    const newlines = await newlinesBefore(archive, log, index, mark.offset, known);
    known = { offset: mark.offset, newlines };
    found.push({ mark, line: newlines + 1, heading: await headingAt(archive, log, mark.offset) });
  }
  return found;
}

async function headingAt(archive: LogArchive, log: LogId, offset: number): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const bytes of archive.read(log, offset, offset + HEADING_BYTES)) {
    pieces.push(bytes);
    if (bytes.includes(0x0a)) break;
  }
  const [heading = ''] = Buffer.concat(pieces).toString('utf8').split('\n');
  return heading;
}
