import { isAscii } from 'node:buffer';
import { setImmediate } from 'node:timers/promises';

import { readAll } from './collect.js';
import { linesOf } from './locate.js';
import { withoutSequences } from './plain-text.js';
import type { LogArchive, LogCheckpoint, LogId } from './ports.js';
import { characterStart } from './utf8.js';

const NEWLINE = 0x0a;

/** What is looked at in one go, in bytes: others wait for some milliseconds. */
const STRIDE = 1024 * 1024;
/** Strides that are read, and unpacked on other threads, while one is looked at. */
const AHEAD = 3;
/** Of a line that is longer than a stride, what is looked at twice: what is looked for may lie across the cut. */
const OVERLAP = 8 * 1024;

/** A part of a log as text without escape sequences, which is what people look for. */
export interface ScannedText {
  /** Whole lines; or a part of one that is longer than a stride. */
  readonly text: string;
  /** Number of the line that it begins in. */
  readonly line: number;
  /** It begins inside that line. */
  readonly isInside: boolean;
  /** Lines of the log that are over when this was looked at. */
  readonly scanned: number;
}

export interface ScanOptions {
  readonly signal?: AbortSignal | undefined;
  /** Bytes that are looked at in one go, more or less. */
  readonly stride?: number;
}

/**
 * The whole log as it is by now, in order, in parts that are quick to look at. Others get their turn between two
 * parts. Ends early when aborted. @throws LogRemoved
 */
export async function* scanLog(
  archive: LogArchive,
  log: LogId,
  { signal, stride: size = STRIDE }: ScanOptions = {},
): AsyncGenerator<ScannedText, void> {
  const index = await archive.index(log);
  const total = linesOf(index);
  const end: LogCheckpoint = { offset: index.bytes, newlines: index.newlines };
  const strides = stridesOf(index.checkpoints, end, size);
  /** What has no line end yet: the line that the next stride begins in. */
  let rest: Buffer = Buffer.alloc(0);
  let isInside = false;
  for await (const { stride, bytes } of readAhead(archive, log, strides)) {
    if (signal?.aborted) return;
    const isLast = stride.until.offset === index.bytes;
    const all = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    const cut = isLast ? all.length : all.lastIndexOf(NEWLINE) + 1;
    const line = stride.from.newlines + 1;
    if (cut > 0) {
      yield {
        text: textOf(all.subarray(0, cut)),
        line,
        isInside,
        scanned: isLast ? total : stride.until.newlines,
      };
      rest = all.subarray(cut);
      isInside = false;
    } else if (all.length > size) {
      yield { text: textOf(all), line, isInside, scanned: line - 1 };
      rest = all.subarray(characterStart(all, all.length - Math.min(OVERLAP, size / 2)));
      isInside = true;
    } else {
      rest = all;
    }
    await setImmediate();
  }
}

interface Stride {
  readonly from: LogCheckpoint;
  readonly until: LogCheckpoint;
}

/** From checkpoint to checkpoint: how many lines are before each is known without looking. */
function stridesOf(
  checkpoints: readonly LogCheckpoint[],
  end: LogCheckpoint,
  size: number,
): readonly Stride[] {
  const strides: Stride[] = [];
  let from: LogCheckpoint = { offset: 0, newlines: 0 };
  for (const until of [...checkpoints, end]) {
    const length = until.offset - from.offset;
    if (length === 0 || (length < size && until !== end)) continue;
    strides.push({ from, until });
    from = until;
  }
  return strides;
}

async function* readAhead(
  archive: LogArchive,
  log: LogId,
  strides: readonly Stride[],
): AsyncGenerator<{ readonly stride: Stride; readonly bytes: Buffer }, void> {
  const begin = (stride: Stride): { readonly stride: Stride; readonly bytes: Promise<Buffer> } => {
    const bytes = readAll(archive, log, stride.from.offset, stride.until.offset);
    // What is read ahead may fail when nobody waits for it any more.
    bytes.catch(() => undefined);
    return { stride, bytes };
  };
  const begun = strides.slice(0, AHEAD).map(begin);
  for (let next = AHEAD; ; next += 1) {
    const first = begun.shift();
    if (!first) return;
    const bytes = await first.bytes;
    const stride = strides[next];
    if (stride) begun.push(begin(stride));
    yield { stride: first.stride, bytes };
  }
}

/** Of ASCII, one byte is one character: it needs no decoding, and escape sequences begin with ESC alone. */
function textOf(bytes: Buffer): string {
  if (!isAscii(bytes)) return withoutSequences(bytes.toString('utf8'));
  const text = bytes.toString('latin1');
  return bytes.includes(0x1b) ? withoutSequences(text) : text;
}
