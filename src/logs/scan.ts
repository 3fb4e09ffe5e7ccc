import { setImmediate } from 'node:timers/promises';

import { readAll } from './collect.js';
import { linesOf } from './locate.js';
import { findLines, look } from './look.js';
import type { LogArchive, LogCheckpoint, LogId, LogIndex, Looked, Wanted } from './ports.js';
import { textOf } from './text-part.js';
import { characterStart } from './utf8.js';

/** What is looked at at once, in bytes: others get their turn after some milliseconds. */
const STRIDE = 1024 * 1024;
/** Strides that are read, and looked at on other threads, before their turn. */
const AHEAD = 8;
/** A longer line is looked at in parts. */
const LONGEST_LINE = 1024 * 1024;
/** Of such a line, what is looked at twice: what is looked for may lie across the cut. */
const OVERLAP = 8 * 1024;

const NOTHING: Buffer = Buffer.alloc(0);

export interface Scanned {
  /** Newly found lines, ascending; each line of a log is found once. */
  readonly lines: readonly number[];
  /** Lines of the log that were looked at by now, at least. */
  readonly scanned: number;
}

export interface ScanOptions {
  readonly signal?: AbortSignal | undefined;
  /** Bytes that are looked at at once, more or less; a line that is longer is looked at in parts. */
  readonly stride?: number;
}

/**
 * Looks through the whole log as it is by now, in order. Others get their turn in between. Ends early when aborted.
 * @throws LogRemoved
 */
export async function* scanLog(
  archive: LogArchive,
  log: LogId,
  wanted: Wanted,
  { signal, stride = STRIDE }: ScanOptions = {},
): AsyncGenerator<Scanned, void> {
  const index = await archive.index(log);
  const find = findLines(wanted);
  const longest = Math.min(stride, LONGEST_LINE);
  /** What has no line end yet: the line that the next stride begins in. */
  let rest = NOTHING;
  let isInside = false;
  let last = 0;
  const found = function* (line: number): Generator<number> {
    // A line that is longer than a part may be found in several.
    for (const one of find({ text: textOf(rest), line, isInside })) if (one > last) yield (last = one);
  };
  for await (const { newlines, looked } of lookAhead(archive, log, wanted, stridesOf(index, stride))) {
    if (signal?.aborted) return;
    rest = joined(rest, looked.head);
    const lines: number[] = [];
    if (looked.tail) {
      lines.push(...found(newlines + 1));
      for (const line of looked.lines) lines.push(newlines + 1 + line);
      [rest, isInside] = [joined(NOTHING, looked.tail), false];
    } else if (rest.length > longest) {
      lines.push(...found(newlines + 1));
      rest = rest.subarray(characterStart(rest, rest.length - Math.min(OVERLAP, stride / 2)));
      isInside = true;
    }
    yield { lines, scanned: newlines };
  }
  // Also without text: it says that all was looked at.
  yield { lines: [...found(index.newlines + 1)], scanned: linesOf(index) };
}

function joined(rest: Buffer, { buffer, byteOffset, length }: Uint8Array): Buffer {
  const bytes = Buffer.from(buffer, byteOffset, length);
  return rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
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

interface LookedStride {
  /** Of the log before it. */
  readonly newlines: number;
  readonly looked: Looked;
}

async function* lookAhead(
  archive: LogArchive,
  log: LogId,
  wanted: Wanted,
  strides: readonly Stride[],
): AsyncGenerator<LookedStride, void> {
  const begin = ({ from, until }: Stride): Promise<LookedStride> => {
    const stride = lookAt(archive, log, from.offset, until, wanted).then((looked) => ({
      newlines: from.newlines,
      looked,
    }));
    // What is looked at ahead may fail when nobody waits for it any more.
    stride.catch(() => undefined);
    return stride;
  };
  const begun = strides.slice(0, AHEAD).map(begin);
  for (let next = AHEAD; begun.length > 0; next += 1) {
    const looked = await begun.shift();
    const stride = strides[next];
    if (stride) begun.push(begin(stride));
    if (looked) yield looked;
  }
}

function lookAt(
  archive: LogArchive,
  log: LogId,
  start: number,
  end: number,
  wanted: Wanted,
): Promise<Looked> {
  return archive.look?.(log, start, end, wanted) ?? lookHere(archive, log, start, end, wanted);
}

/** In this thread, when others had their turn. @throws LogRemoved */
export async function lookHere(
  archive: LogArchive,
  log: LogId,
  start: number,
  end: number,
  wanted: Wanted,
): Promise<Looked> {
  const bytes = await readAll(archive, log, start, end);
  await setImmediate();
  return look(bytes, wanted);
}
