import type { LogArchive, LogCheckpoint, LogId, LogIndex } from './ports.js';

const NEWLINE = 0x0a;

/** Lines of a log: what comes after the last line end is one too. */
export function linesOf({ newlines, endsLine }: Pick<LogIndex, 'newlines' | 'endsLine'>): number {
  return endsLine ? newlines : newlines + 1;
}

/**
 * The byte offset where a line of the log begins; of the line after the last: its end. Reads no more than is between
 * two checkpoints.
 */
export async function startOfLine(
  archive: LogArchive,
  log: LogId,
  index: LogIndex,
  line: number,
): Promise<number> {
  if (line <= 1) return 0;
  if (line > linesOf(index)) return index.bytes;
  // The line begins after this many line ends: the last checkpoint with fewer before it is the nearest.
  const wanted = line - 1;
  const nearest = last(index.checkpoints, ({ newlines }) => newlines < wanted);
  let missing = wanted - nearest.newlines;
  let position = nearest.offset;
  for await (const bytes of archive.read(log, position, index.bytes)) {
    for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) {
      missing -= 1;
      if (missing === 0) return position + at + 1;
    }
    position += bytes.length;
  }
  return position;
}

/** How many line ends are before `offset`. Reads no more than is between it and a checkpoint. */
export async function newlinesBefore(
  archive: LogArchive,
  log: LogId,
  index: LogIndex,
  offset: number,
): Promise<number> {
  const checkpoint = checkpointBefore(index, offset);
  let { newlines } = checkpoint;
  if (checkpoint.offset === offset) return newlines;
  for await (const bytes of archive.read(log, checkpoint.offset, offset)) newlines += countNewlines(bytes);
  return newlines;
}

/** The last checkpoint at or before `offset`. */
export function checkpointBefore({ checkpoints }: LogIndex, offset: number): LogCheckpoint {
  return last(checkpoints, (one) => one.offset <= offset);
}

export function countNewlines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count += 1;
  return count;
}

const BEGINNING: LogCheckpoint = { offset: 0, newlines: 0 };

/** The last one that is; they are ascending, and what is true of one is true of all before it. */
function last(
  checkpoints: readonly LogCheckpoint[],
  is: (checkpoint: LogCheckpoint) => boolean,
): LogCheckpoint {
  let [low, high] = [0, checkpoints.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const checkpoint = checkpoints[middle];
    if (checkpoint && is(checkpoint)) low = middle + 1;
    else high = middle;
  }
  return checkpoints[low - 1] ?? BEGINNING;
}
