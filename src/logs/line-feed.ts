import { createLineSplitter, type PrintedLine } from './line-splitter.js';
import { type LogLines, stamped } from './lines.js';
import { linesOf, startOfLine } from './locate.js';
import type { LogArchive, LogId } from './ports.js';

/** Lines that are given at once. */
const MOST_LINES = 2_000;
/** Characters of them. */
const MOST_TEXT = 1024 * 1024;

/** Who is so many lines behind gets on with the end of the log: nobody reads that fast. */
const FAR_BEHIND = 10_000;
/** Lines of the end that are given then. */
const END_LINES = 1_000;
/** No lines are far behind within so many bytes, so that nobody has to count. */
const NEAR_BYTES = FAR_BEHIND;

/** Reads on in a log that grows, and knows the numbers of its lines without counting again. */
export interface LineFeed {
  /**
   * What is new by now, in pieces; the last line also while it has no end, given again when it grows.
   * @throws LogRemoved
   */
  read(): AsyncGenerator<LogLines, void>;
  /** The line to go on from. */
  next(): number;
}

/** `from`: the first line that is given; one that is not there yet is the next one that comes. */
export async function createLineFeed(archive: LogArchive, log: LogId, from: number): Promise<LineFeed> {
  const index = await archive.index(log);
  let line = Math.max(1, Math.min(from, index.newlines + 1));
  let position = await startOfLine(archive, log, index, line);
  let splitter = createLineSplitter(position);
  let total = linesOf(index);
  /** Bytes of the open line that were given. */
  let given = 0;

  const skipFarBehind = async (): Promise<void> => {
    if ((await archive.size(log)) - position <= NEAR_BYTES) return;
    const now = await archive.index(log);
    total = linesOf(now);
    if (total - line < FAR_BEHIND) return;
    line = total - END_LINES + 1;
    position = await startOfLine(archive, log, now, line);
    splitter = createLineSplitter(position);
    given = 0;
  };
  const piece = async (printed: readonly PrintedLine[], isOpen: boolean): Promise<LogLines> => {
    const first = line;
    line += printed.length - (isOpen ? 1 : 0);
    total = Math.max(total, first + printed.length - 1);
    return { from: first, lines: await stamped(archive, log, printed), total };
  };
  return {
    next: () => line,
    read: async function* () {
      await skipFarBehind();
      let ready: PrintedLine[] = [];
      let text = 0;
      for await (const bytes of archive.read(log, position, Number.POSITIVE_INFINITY)) {
        position += bytes.length;
        for (const printed of splitter.push(bytes)) {
          ready.push(printed);
          text += printed.text.length;
          given = 0;
          if (ready.length < MOST_LINES && text < MOST_TEXT) continue;
          const full = ready;
          [ready, text] = [[], 0];
          yield piece(full, false);
        }
      }
      const open = splitter.openBytes() > given ? splitter.open() : undefined;
      if (open) ready.push(open);
      given = splitter.openBytes();
      if (ready.length > 0) yield piece(ready, open !== undefined);
    },
  };
}
