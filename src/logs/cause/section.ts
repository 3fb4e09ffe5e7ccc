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
 * The last section of that number; without one, what ran last: where a stage failed, that is what failed. A log
 * that has none is one section.
 */
export function sectionOf(
  { bytes, marks }: Pick<LogIndex, 'bytes' | 'marks'>,
  number: number | undefined,
): Section {
  const at = marks.findLastIndex((one) => isOwn(one) && (number === undefined || one.number === number));
  const mark = marks[at];
  if (mark === undefined) return { start: 0, end: bytes, tryStart: 0, number: undefined };
  const next = marks.slice(at + 1).find((one) => isOwn(one) || one.kind === 'end' || one.kind === 'try');
  const before = marks.slice(0, at).findLast(({ kind }) => kind === 'try' || kind === 'end');
  return {
    start: mark.offset,
    end: next?.offset ?? bytes,
    tryStart: before?.offset ?? 0,
    number: mark.number,
  };
}

function isOwn({ kind }: LogMark): boolean {
  return kind === 'command' || kind === 'step';
}
