import type { StageId } from '../pipeline/model.js';

/** One stage's log as one owner wrote it. A job that is taken over writes to the next fence. */
export interface LogKey {
  readonly run: number;
  readonly stage: StageId;
  readonly fence: number;
}

/** A piece of a log: bytes as printed (masked), never cut inside by us for any meaning. */
export interface LogSegment {
  readonly key: LogKey;
  /** Byte offset of the piece in this key's log. */
  readonly offset: number;
  readonly bytes: Buffer;
}

/**
 * Keeps whole logs. `append` is idempotent: a segment that was written before (same offset) changes
 * nothing. Segments of one key arrive in order; different keys may be written at once.
 * A stage's log is the logs of its fences, in order, one after the other.
 */
export interface LogArchive {
  append(segment: LogSegment): Promise<void>;
  /** Bytes over all fences; 0 when nothing was written. */
  size(run: number, stage: StageId): Promise<number>;
  /** Bytes [start, end) over all fences; ends early at the end of what is there. */
  read(run: number, stage: StageId, start: number, end: number): AsyncIterable<Buffer>;
  /** Releases open files of a stage that has ended. Safe twice. */
  close(run: number, stage: StageId): Promise<void>;
  remove(run: number): Promise<void>;
}
