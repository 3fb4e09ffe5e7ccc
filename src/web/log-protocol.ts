/**
 * What the endpoints of a log answer, and what the script of its page reads. Types alone: both sides import it.
 * Lines are numbered from 1. Text is as it was printed, escape sequences included, decoded as UTF-8 with U+FFFD
 * for what is none; who shows it makes it harmless.
 */

export interface LineJson {
  /** Without its line end. */
  readonly text: string;
  /** milliseconds since the epoch; absent: not known */
  readonly at?: number;
  /** Absent: stdout. */
  readonly by?: 'stderr' | 'cyclone';
  /** Bytes of it that are not here because it is very long: the raw log has them. */
  readonly more?: number;
}

/**
 * `GET …/log/lines?from=1&count=500[&service=db]` (at most 2,000, and fewer where they are very long), and the event
 * `lines` while a log grows: who is far behind goes on at the end, as `from` says.
 */
export interface LinesJson {
  /** Number of the first one. A growing log may give its last line again, when more of it came. */
  readonly from: number;
  readonly lines: readonly LineJson[];
  /** Lines that the log has by now. */
  readonly total: number;
}

/** What can be folded: a command of the file, a step of an image build, a try. */
export interface SectionJson {
  readonly kind: 'before' | 'command' | 'step' | 'try' | 'end';
  readonly number: number;
  /** The first line of its heading. */
  readonly line: number;
  /** The last line that belongs to it, by now. */
  readonly until: number;
  /** What its heading says, one line, without escape sequences. */
  readonly title: string;
  readonly state: 'passed' | 'failed' | 'running';
  /** milliseconds; absent: not known */
  readonly ms?: number;
}

/** The probable first cause of a failure. */
export interface CauseJson {
  readonly line: number;
  /** How many lines of the log, from `line` on, say it. */
  readonly lines: number;
  /** `exit`, `assertion`, `compiler`, `panic`, `traceback`, … */
  readonly kind: string;
  /** Without escape sequences. */
  readonly text: string;
}

/** `GET …/log/outline`, and the event `outline` when it changed. */
export interface OutlineJson {
  readonly bytes: number;
  readonly lines: number;
  /** Nothing more comes. */
  readonly complete: boolean;
  readonly sections: readonly SectionJson[];
  readonly services: readonly string[];
  /** null: none was found, or the stage has not failed. */
  readonly cause: CauseJson | null;
}

/** `GET …/log/errors`: where it looks like trouble, for a map of the log. */
export interface ErrorsJson {
  /** Ascending, at most some thousand. */
  readonly lines: readonly number[];
  readonly count: number;
}

/**
 * `GET …/log/search?q=…[&case=1]`: one such object per line (NDJSON), the last one with `done`. Fixed text of at most
 * 1,000 characters, by Unicode's simple case folding unless `case=1`; escape sequences hide nothing.
 */
export interface SearchJson {
  /** Newly found, ascending; at most 100,000 in all. */
  readonly lines: readonly number[];
  /** Lines found by now, also those that are not named. */
  readonly count: number;
  /** Lines looked at by now. */
  readonly scanned: number;
  readonly done: boolean;
}

/**
 * `GET …/log/events?from=1`: events `lines`, `outline` when its sections changed, and at last `end` with the stage's
 * conclusion. Their id is the line to go on from.
 */
export type LogEventName = 'lines' | 'outline' | 'end';
