import { createLineSplitter, type PrintedLine } from './line-splitter.js';
import { linesOf, startOfLine } from './locate.js';
import type { LogArchive, LogId, LogIndex, LogStamp, LogStream } from './ports.js';

/** Bytes of an answer: what a server may hold for each of many readers. */
const MOST_BYTES = 4 * 1024 * 1024;

/** A line whose end is further away than this is not read to its end: checkpoints know where the next begins. */
const WORTH_A_JUMP = 1024 * 1024;

export interface LogLine extends PrintedLine {
  /** milliseconds since the epoch; absent: not known */
  readonly at?: number;
  readonly by?: LogStream;
}

export interface LogLines {
  /** Number of the first one, from 1. */
  readonly from: number;
  readonly lines: readonly LogLine[];
  /** Lines of the whole log. */
  readonly total: number;
}

/** At most `count` lines from number `from` on; fewer at the end, and where they are long. @throws LogRemoved */
export async function readLines(
  archive: LogArchive,
  log: LogId,
  { from, count }: { readonly from: number; readonly count: number },
): Promise<LogLines> {
  const index = await archive.index(log);
  const total = linesOf(index);
  const wanted = Math.min(count, total - from + 1);
  const printed = wanted > 0 ? await printedLines(archive, log, index, { from, count: wanted }) : [];
  return { from, lines: await stamped(archive, log, printed), total };
}

async function printedLines(
  archive: LogArchive,
  log: LogId,
  index: LogIndex,
  { from, count }: { readonly from: number; readonly count: number },
): Promise<readonly PrintedLine[]> {
  const lines: PrintedLine[] = [];
  let size = 0;
  let position = await startOfLine(archive, log, index, from);
  const splitter = createLineSplitter(position);
  for (let isFar = true; isFar && position < index.bytes; ) {
    isFar = false;
    for await (const bytes of archive.read(log, position, index.bytes)) {
      position += bytes.length;
      for (const line of splitter.push(bytes)) {
        lines.push(line);
        size += line.text.length;
        if (lines.length === count || size >= MOST_BYTES) return lines;
      }
      isFar = splitter.openBytes() > WORTH_A_JUMP;
      if (isFar) break;
    }
    if (!isFar) break;
    const end = await endOfLine(archive, log, index, from + lines.length);
    splitter.skip(Math.max(0, end - position));
    position = Math.max(position, end);
  }
  const open = splitter.open();
  return open ? [...lines, open] : lines;
}

/** Where its line end is, or the log's end. */
async function endOfLine(archive: LogArchive, log: LogId, index: LogIndex, line: number): Promise<number> {
  const isOpen = line === linesOf(index) && !index.endsLine;
  return isOpen ? index.bytes : (await startOfLine(archive, log, index, line + 1)) - 1;
}

/** A line was printed when its first byte was, by whom printed that. */
export async function stamped(
  archive: LogArchive,
  log: LogId,
  lines: readonly PrintedLine[],
): Promise<readonly LogLine[]> {
  const [first, last] = [lines[0], lines.at(-1)];
  if (!first || !last) return [];
  const stamps = await archive.stamps(log, first.start, last.start + 1);
  let next = 0;
  let holds: LogStamp | undefined;
  return lines.map((line) => {
    for (let stamp = stamps[next]; stamp && stamp.offset <= line.start; stamp = stamps[next]) {
      holds = stamp;
      next += 1;
    }
    return holds ? { ...line, at: holds.at, by: holds.stream } : line;
  });
}
