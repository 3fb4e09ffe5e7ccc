/** What kind of thing went wrong, for people. `exit`: all that is known is that something ended badly. */
export type CauseKind =
  | 'assertion'
  | 'test'
  | 'compiler'
  | 'linker'
  | 'panic'
  | 'traceback'
  | 'memory'
  | 'disk'
  | 'timeout'
  | 'network'
  | 'shell'
  | 'dependency'
  | 'build'
  | 'error'
  | 'exit';

/** Lines of a log that probably say first why its stage failed. All of it is plain text. */
export interface Cause {
  readonly kind: CauseKind;
  /** Number of the first line, from 1. */
  readonly line: number;
  /** How many lines, from `line` on, say it: at most {@link MOST_LINES}. */
  readonly lines: number;
  readonly text: string;
  /** Up to five lines on either side. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** 0 to 100: how much the line says about a cause. */
  readonly confidence: number;
}

/** Of a longer block nobody would read more here: the log is a click away. */
export const MOST_LINES = 30;

/** Lines on either side that show where it was said. */
export const AROUND = 5;

/** What is at or below this was caused by something else, which is looked for everywhere before this is shown. */
export const CONSEQUENCE = 20;
