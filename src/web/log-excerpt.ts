import { plainText } from '../logs/plain-text.js';
import type { LogId } from '../logs/ports.js';
import type { LogTail } from '../logs/tail.js';

/** What a page holds of a log; a browser lays it out at once. */
const MOST_LINES = 2_000;
const MOST_BYTES = 512 * 1024;

/** The end of a log, for a page. */
export interface LogExcerpt {
  readonly text: string;
  readonly lines: number;
  /** The log has more before it. */
  readonly isCut: boolean;
  /** Byte offset in the log where the excerpt ends. */
  readonly end: number;
  /** Of the whole log, in bytes. */
  readonly size: number;
}

/** `isLive`: ends with a whole line, so that what comes next begins a new one. */
export async function logExcerpt(tail: LogTail, log: LogId, isLive: boolean): Promise<LogExcerpt> {
  const { bytes, size } = await tail.tail(log, MOST_BYTES);
  const shown = isLive ? bytes.subarray(0, bytes.lastIndexOf('\n') + 1) : bytes;
  const lines = plainText(shown.toString('utf8')).split('\n');
  // A line end ends a line, it does not begin one.
  if (lines.at(-1) === '') lines.pop();
  const last = lines.slice(-MOST_LINES);
  return {
    text: last.map((line) => `${line}\n`).join(''),
    lines: last.length,
    isCut: last.length < lines.length || bytes.length < size,
    end: size - bytes.length + shown.length,
    size,
  };
}
