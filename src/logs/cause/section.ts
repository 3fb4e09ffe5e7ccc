import type { LogIndex, LogMark } from '../ports.js';

/** Bytes [start, end) of a log: a command of the file, or a step of a build. */
export interface Section {
  readonly start: number;
  readonly end: number;
  /** Where the try began that it belongs to. */
  readonly tryStart: number;
  /** Undefined: the log is not divided. */
  readonly number: number | undefined;
}

/**
 * The last section of that number; without one, what ran last: where a stage failed, that is what failed. Where
 * nothing has run since the newest owner began, and in a log that has none, all that was said since is one section.
 */
export function sectionOf(
  { bytes, marks, newest = 0 }: Pick<LogIndex, 'bytes' | 'marks' | 'newest'>,
  number: number | undefined,
): Section {
  const at = marks.findLastIndex((one) =>
    number === undefined ? isOwn(one) && one.offset >= newest : isOwn(one) && one.number === number,
  );
  const mark = marks[at];
  if (mark === undefined) {
    const start = number === undefined ? newest : 0;
    return { start, end: bytes, tryStart: start, number: undefined };
  }
  const next = marks.slice(at + 1).find((one) => isOwn(one) || one.kind === 'end' || one.kind === 'try');
  const before = marks.slice(0, at).findLast(({ kind }) => kind === 'try' || kind === 'end');
  return {
    start: mark.offset,
    end: next?.offset ?? bytes,
    tryStart: Math.max(before?.offset ?? 0, mark.offset < newest ? 0 : newest),
    number: mark.number,
  };
}

function isOwn({ kind }: LogMark): boolean {
  return kind === 'command' || kind === 'step';
}
