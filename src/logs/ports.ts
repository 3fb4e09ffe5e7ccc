import type { StageId } from '../pipeline/model.js';
import type { Cause } from './cause/cause.js';

/** A log that people read: what a stage printed, or what one of its services did. */
export interface LogId {
  readonly run: number;
  readonly stage: StageId;
  /** Name of the service; absent: the stage's own. */
  readonly service?: string;
}

/** A log as one owner wrote it. A job that is taken over writes to the next fence. */
export interface LogKey extends LogId {
  readonly fence: number;
}

/**
 * Who printed a line. `stderr` only where the engine tells it apart: scripts have one ordered stream.
 * `cyclone`: our own words.
 */
export type LogStream = 'stdout' | 'stderr' | 'cyclone';

/** From this byte on, until the next stamp: when it was printed, and by whom. */
export interface LogStamp {
  /** bytes; of a segment: from its beginning, of a log: over all fences */
  readonly offset: number;
  /** milliseconds since the epoch, by the worker's clock */
  readonly at: number;
  readonly stream: LogStream;
}

/**
 * A section of the log begins at this byte, which is the beginning of a line: its heading.
 * `command` of the file (number: 1-based, of the item that it begins with), `step` of an image build, `try` of
 * a stage that is tried again; `end`: all commands are over, and what follows is said by Cyclone.
 */
export interface LogMark {
  /** bytes; of a segment: from its beginning (its length is allowed), of a log: over all fences */
  readonly offset: number;
  readonly at: number;
  readonly kind: 'command' | 'step' | 'try' | 'end';
  readonly number: number;
  /** Of `end`, where it is known. */
  readonly exitCode?: number;
}

/** A piece of a log: bytes as printed (masked), never cut inside by us for any meaning. */
export interface LogSegment {
  readonly key: LogKey;
  /** Byte offset of the piece in this key's log. */
  readonly offset: number;
  readonly bytes: Buffer;
  /** Ascending; the first one at 0, unless there is none at all. */
  readonly stamps?: readonly LogStamp[];
  readonly marks?: readonly LogMark[];
}

/** A place from which lines can be counted without reading what is before it. */
export interface LogCheckpoint {
  /** bytes from the beginning of the log */
  readonly offset: number;
  /** Line ends before `offset`. */
  readonly newlines: number;
}

/** How long a log is, in all units, and where to begin to look. */
export interface LogIndex {
  readonly bytes: number;
  readonly newlines: number;
  /** The last byte is a line end, or there is none. */
  readonly endsLine: boolean;
  /**
   * Ascending, the first one at 0, at most some hundred KiB apart; in a log of more than 1 GiB farther, so that there
   * are never more than some thousand.
   */
  readonly checkpoints: readonly LogCheckpoint[];
  readonly marks: readonly LogMark[];
  /** The byte at which the newest fence begins; absent: there is one alone, or none. */
  readonly newest?: number;
  /** There was more: it was removed. Absent: what is here is all that was ever printed. */
  readonly removed?: boolean;
}

/** It was removed: too old, or too much. */
export class LogRemoved extends Error {
  override readonly name = 'LogRemoved';
}

/** Which lines are looked for, as plain data: it may be asked of another thread. */
export type Wanted =
  /** Fixed text without line ends and escape sequences, not empty. */
  | { readonly kind: 'text'; readonly text: string; readonly isCaseSensitive: boolean }
  /** What looks like trouble. */
  | { readonly kind: 'trouble' };

/** What a part of a log holds, whatever is before and behind it. Plain data, too. */
export interface Looked {
  /** Up to its first line end, and that; all of it where there is none. Its line may begin before the part. */
  readonly head: Uint8Array;
  /** Lines between head and tail that hold what is wanted, ascending: 1 is the one behind the head. */
  readonly lines: Uint32Array;
  /** Behind its last line end: its line may end behind the part. Absent: there is no line end. */
  readonly tail?: Uint8Array;
}

/**
 * Keeps whole logs, however long. `append` is idempotent: a segment that was written before (same offset)
 * changes nothing. Segments of one key arrive in order; different keys may be written at once.
 * A log is the logs of its fences, in order, one after the other. A log that was never written is an empty one.
 */
export interface LogArchive {
  append(segment: LogSegment): Promise<void>;
  /** Bytes over all fences; 0 when nothing was written. */
  size(log: LogId): Promise<number>;
  /** Bytes [start, end) over all fences; ends early at the end of what is there. @throws LogRemoved */
  read(log: LogId, start: number, end: number): AsyncIterable<Buffer>;
  index(log: LogId): Promise<LogIndex>;
  /**
   * Looks through the bytes [start, end) elsewhere than in this thread; several calls at once share what there is.
   * Absent: they are to be read, and looked at here. @throws LogRemoved
   */
  look?(log: LogId, start: number, end: number, wanted: Wanted): Promise<Looked>;
  /** What is known of the bytes [start, end): the first one says what holds at `start`. Empty: nothing. */
  stamps(log: LogId, start: number, end: number): Promise<readonly LogStamp[]>;
  /** Names of the services of the stage that printed something, in order of their names. */
  services(run: number, stage: StageId): Promise<readonly string[]>;
  /** Nothing more comes, unless the stage runs again: packs and releases what is open, its services' too. Safe twice. */
  close(run: number, stage: StageId): Promise<void>;
  remove(run: number): Promise<void>;
}

/** What logs of a run take. */
export interface RunUsage {
  readonly run: number;
  /** As they are stored, wherever that is. */
  readonly bytes: number;
  /** When something of it was last written, in milliseconds since the epoch. */
  readonly at: number;
  /** Something of it is not packed, or not yet where it is to stay: closing its stages does that. */
  readonly open: boolean;
}

/** For whoever removes old logs. */
export interface LogUsage {
  /** Each run that has logs, in no order. */
  usage(): AsyncIterable<RunUsage>;
}

/** What was found in a log of so many bytes: a log that has grown since is looked at again. */
export interface KnownCause {
  readonly bytes: number;
  readonly cause: Cause | undefined;
}

/** The causes of failures that were found. */
export interface CauseStore {
  load(run: number, stage: StageId): Promise<KnownCause | undefined>;
  keep(run: number, stage: StageId, known: KnownCause): Promise<void>;
}

/** Small files somewhere else, as S3 keeps them. Names are paths of plain characters. */
export interface ObjectStore {
  /** Replaces what has that name. At most some MiB: it is sent in one piece. */
  put(name: string, content: Uint8Array): Promise<void>;
  /** Bytes [start, end), or all. Undefined: there is nothing of that name. */
  get(name: string, range?: { readonly start: number; readonly end: number }): Promise<Buffer | undefined>;
  /** Nothing of that name is no error. */
  remove(name: string): Promise<void>;
}
