import { plainText } from '../logs/plain-text.js';
import { type LogId, LogRemoved } from '../logs/ports.js';
import type { LogTail, Tail } from '../logs/tail.js';

/** What a page holds of a log; a browser lays it out at once. */
const MOST_LINES = 2_000;
const MOST_BYTES = 512 * 1024;

/** The end of a log, for a page. */
export interface LogExcerpt {
  readonly text: string;
  readonly lines: number;
  /** The log has more before it. */
  readonly isCut: boolean;
  /** It was there, and is not kept any more. */
  readonly isRemoved: boolean;
  /** Its disk or its store does not give it, or gives what it cannot be. */
  readonly isUnreadable: boolean;
  /** Of the whole log, in bytes. */
  readonly size: number;
}

const NOTHING = { text: '', lines: 0, isCut: false, size: 0 };
const REMOVED: LogExcerpt = { ...NOTHING, isRemoved: true, isUnreadable: false };
const UNREADABLE: LogExcerpt = { ...NOTHING, isRemoved: false, isUnreadable: true };

/**
 * The rest of its page is there without it: it never rejects.
 * @param isLive it ends with a whole line, so that what comes next begins a new one
 * @param failed told why it cannot be read
 */
export async function logExcerpt(
  tail: LogTail,
  log: LogId,
  isLive: boolean,
  failed: (error: unknown) => void,
): Promise<LogExcerpt> {
  try {
    return excerptOf(await tail.tail(log, MOST_BYTES), isLive);
  } catch (error) {
    if (error instanceof LogRemoved) return REMOVED;
    failed(error);
    return UNREADABLE;
  }
}

function excerptOf({ bytes, size }: Tail, isLive: boolean): LogExcerpt {
  const shown = isLive ? bytes.subarray(0, bytes.lastIndexOf('\n') + 1) : bytes;
  const lines = plainText(shown.toString('utf8')).split('\n');
  // A line end ends a line, it does not begin one.
  if (lines.at(-1) === '') lines.pop();
  const last = lines.slice(-MOST_LINES);
  return {
    text: last.map((line) => `${line}\n`).join(''),
    lines: last.length,
    isCut: last.length < lines.length || bytes.length < size,
    isRemoved: false,
    isUnreadable: false,
    size,
  };
}
