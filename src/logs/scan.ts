import { isAscii } from 'node:buffer';
import { setImmediate } from 'node:timers/promises';

import { checkpointBefore, countNewlines, linesOf } from './locate.js';
import { withoutSequences } from './plain-text.js';
import type { LogArchive, LogCheckpoint, LogId, LogIndex } from './ports.js';
import { characterStart } from './utf8.js';

const NEWLINE = 0x0a;

/** What is asked of the archive at once, in bytes. */
const STRIDE = 4 * 1024 * 1024;
/** Strides that are read, and unpacked on other threads, while one is looked at. */
const AHEAD = 3;
/** V8 keeps longer strings apart, where only its slow collection looks: it took half the time of a search. */
const TEXT = 96 * 1024;
/** A longer line is looked at in parts. */
const LONGEST_LINE = 1024 * 1024;
/** Of such a line, what is looked at twice: what is looked for may lie across the cut. */
const OVERLAP = 8 * 1024;

/** A part of a log as text without escape sequences, which is what people look for. */
export interface ScannedText {
  /** Whole lines; or a part of one that is very long. */
  readonly text: string;
  /** Number of the line that it begins in. Counted when it is asked for: most parts hold nothing. */
  readonly line: number;
  /** It begins inside that line. */
  readonly isInside: boolean;
  /** Lines of the log that are over when this was looked at, at least. */
  readonly scanned: number;
}

export interface ScanOptions {
  readonly signal?: AbortSignal | undefined;
  /** Bytes that are asked for at once, more or less; a line that is longer is looked at in parts. */
  readonly stride?: number;
}

/**
 * The whole log as it is by now, in order, in parts that are quick to look at. Others get their turn in between.
 * Ends early when aborted. @throws LogRemoved
 */
export async function* scanLog(
  archive: LogArchive,
  log: LogId,
  { signal, stride = STRIDE }: ScanOptions = {},
): AsyncGenerator<ScannedText, void> {
  const index = await archive.index(log);
  const longest = Math.min(stride, LONGEST_LINE);
  const text = Math.min(stride, TEXT);
  /** What has no line end yet: the line that the next piece begins in. */
  let rest: Buffer = Buffer.alloc(0);
  let isInside = false;
  for await (const { bytes, newlines } of piecesOf(archive, log, index, stride)) {
    if (signal?.aborted) return;
    const first = bytes.indexOf(NEWLINE);
    const here = { line: newlines + 1, scanned: newlines };
    let begin = 0;
    if (first < 0) {
      rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
      if (rest.length > longest) {
        yield { ...here, text: textOf(rest), isInside };
        rest = rest.subarray(characterStart(rest, rest.length - Math.min(OVERLAP, stride / 2)));
        isInside = true;
      }
    } else {
      if (rest.length > 0) {
        begin = first + 1;
        yield { ...here, text: textOf(Buffer.concat([rest, bytes.subarray(0, begin)])), isInside };
        isInside = false;
      }
      const cut = bytes.lastIndexOf(NEWLINE) + 1;
      const before = newlines + (begin > 0 ? 1 : 0);
      yield* textsOf(bytes.subarray(begin, cut), before, text);
      rest = bytes.subarray(cut);
    }
    await setImmediate();
  }
  // Also without text: it says that all was looked at.
  yield { text: textOf(rest), line: index.newlines + 1, isInside, scanned: linesOf(index) };
}

/** Whole lines in texts that are not long. @param newlines of the log before them */
function* textsOf(lines: Buffer, newlines: number, most: number): Generator<ScannedText, void> {
  for (let start = 0; start < lines.length; ) {
    const from = start;
    const near =
      start + most >= lines.length ? lines.length : lines.lastIndexOf(NEWLINE, start + most - 1) + 1;
    const end = near > start ? near : lines.indexOf(NEWLINE, start + most) + 1;
    yield {
      text: textOf(lines.subarray(start, end)),
      get line() {
        return newlines + countNewlines(lines.subarray(0, from)) + 1;
      },
      isInside: false,
      scanned: newlines,
    };
    start = end;
  }
}

interface Piece {
  readonly bytes: Buffer;
  /** Of the log before it. */
  readonly newlines: number;
}

/** The log as the archive gives it out: for a piece that begins at a checkpoint nothing needs to be counted. */
async function* piecesOf(
  archive: LogArchive,
  log: LogId,
  index: LogIndex,
  stride: number,
): AsyncGenerator<Piece, void> {
  for await (const { from, pieces } of readAhead(archive, log, stridesOf(index, stride))) {
    let { offset, newlines } = from;
    for (const bytes of pieces) {
      yield { bytes, newlines };
      offset += bytes.length;
      const checkpoint = checkpointBefore(index, offset);
      newlines = checkpoint.offset === offset ? checkpoint.newlines : newlines + countNewlines(bytes);
    }
  }
}

interface Stride {
  readonly from: LogCheckpoint;
  readonly until: number;
}

/** From checkpoint to checkpoint: how many lines are before each is known without looking. */
function stridesOf({ checkpoints, bytes: end }: LogIndex, size: number): readonly Stride[] {
  const strides: Stride[] = [];
  let from: LogCheckpoint = { offset: 0, newlines: 0 };
  for (const checkpoint of checkpoints) {
    if (checkpoint.offset - from.offset < size) continue;
    strides.push({ from, until: checkpoint.offset });
    from = checkpoint;
  }
  return from.offset < end ? [...strides, { from, until: end }] : strides;
}

interface ReadStride extends Stride {
  readonly pieces: readonly Buffer[];
}

async function* readAhead(
  archive: LogArchive,
  log: LogId,
  strides: readonly Stride[],
): AsyncGenerator<ReadStride, void> {
  const begin = (stride: Stride): Promise<ReadStride> => {
    const read = readStride(archive, log, stride);
    // What is read ahead may fail when nobody waits for it any more.
    read.catch(() => undefined);
    return read;
  };
  const begun = strides.slice(0, AHEAD).map(begin);
  for (let next = AHEAD; begun.length > 0; next += 1) {
    const read = await begun.shift();
    const stride = strides[next];
    if (stride) begun.push(begin(stride));
    if (read) yield read;
  }
}

async function readStride(archive: LogArchive, log: LogId, stride: Stride): Promise<ReadStride> {
  const pieces: Buffer[] = [];
  for await (const bytes of archive.read(log, stride.from.offset, stride.until)) pieces.push(bytes);
  return { ...stride, pieces };
}

/** Of ASCII, one byte is one character: it needs no decoding, and escape sequences begin with ESC alone. */
function textOf(bytes: Buffer): string {
  if (!isAscii(bytes)) return withoutSequences(bytes.toString('utf8'));
  const text = bytes.toString('latin1');
  return bytes.includes(0x1b) ? withoutSequences(text) : text;
}
