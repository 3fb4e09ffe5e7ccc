import {
  type LogCheckpoint,
  type LogIndex,
  type LogMark,
  LogRemoved,
  type LogStamp,
} from '../../logs/ports.js';
import type { FenceLog, Held } from './fence-log.js';
import { moved } from './piece.js';
import { type Stored, unpack } from './stored.js';

/** A fence of a log: it may be closed and opened again between two uses. */
export interface Part {
  use<T>(work: (log: FenceLog) => T): Promise<T>;
}

/** Of a log of a terabyte too: some hundred kilobytes of memory. */
const CHECKPOINTS = 4096;

export async function sizeOf(parts: readonly Part[]): Promise<number> {
  let size = 0;
  for (const part of parts) size += await part.use(({ bytes }) => bytes);
  return size;
}

export async function indexOf(parts: readonly Part[]): Promise<LogIndex> {
  let [bytes, newlines, endsLine, newest] = [0, 0, true, 0];
  const checkpoints: LogCheckpoint[] = [];
  const marks: LogMark[] = [];
  for (const part of parts) {
    await part.use((log) => {
      for (const { offset, newlines: before } of log.checkpoints)
        checkpoints.push({ offset: bytes + offset, newlines: newlines + before });
      marks.push(...moved(log.marks, bytes));
      if (log.bytes > 0) [endsLine, newest] = [log.endsLine, bytes];
      bytes += log.bytes;
      newlines += log.newlines;
    });
  }
  const known = { bytes, newlines, endsLine, checkpoints: thinned(checkpoints), marks };
  return newest === 0 ? known : { ...known, newest };
}

/** The first one at 0, no two at one place, and no more than `CHECKPOINTS`. */
function thinned(all: readonly LogCheckpoint[]): LogCheckpoint[] {
  const apart = all.filter(({ offset }, index) => offset > 0 && offset !== all[index - 1]?.offset);
  const step = Math.ceil((apart.length + 1) / CHECKPOINTS);
  return [{ offset: 0, newlines: 0 }, ...apart.filter((_, index) => (index + 1) % step === 0)];
}

/** Bytes [start, end) of all parts. The last one may grow meanwhile, and is read to where it ends by then. */
export async function* readParts(
  parts: readonly Part[],
  start: number,
  end: number,
): AsyncGenerator<Buffer, void> {
  for await (const stored of storedParts(parts, start, end)) yield* unpack(stored);
}

/** The same bytes as they are stored. */
export async function* storedParts(
  parts: readonly Part[],
  start: number,
  end: number,
): AsyncGenerator<Stored, void> {
  let begin = 0;
  for (const [index, part] of parts.entries()) {
    if (begin >= end) return;
    const size = await part.use(({ bytes }) => bytes);
    const until = index === parts.length - 1 ? Number.POSITIVE_INFINITY : size;
    yield* storedPart(part, Math.max(0, start - begin), Math.min(until, end - begin));
    begin += size;
  }
}

async function* storedPart(part: Part, start: number, end: number): AsyncGenerator<Stored, void> {
  let known = 0;
  for (let position = start; position < end; ) {
    const from = position;
    const { found, size } = await part.use((log) => ({ found: log.storedFrom(from, end), size: log.bytes }));
    if (size < known) throw new LogRemoved('this log was removed while it was read');
    known = size;
    if (!found) return;
    position = found.until;
    yield await found.read();
  }
}

/** What is known of bytes [start, end) of all parts: what holds at `start`, and what changes until `end`. */
export async function stampsOf(parts: readonly Part[], start: number, end: number): Promise<LogStamp[]> {
  let [begin, before] = [0, undefined as LogStamp | undefined];
  const found: LogStamp[] = [];
  for (const part of parts) {
    if (begin >= end) break;
    const { size, last } = await part.use((log) => ({ size: log.bytes, last: log.lastStamp }));
    if (begin + size <= start) {
      before = last ? at(last, begin) : before;
    } else {
      for (let position = Math.max(0, start - begin); begin + position < end; ) {
        const { held } = await chunkOf(part, position);
        if (!held) break;
        if (found.length === 0 && held.before) before = at(held.before, begin);
        for (const stamp of moved(await held.stamps(), begin)) {
          if (stamp.offset <= start) before = stamp;
          else if (stamp.offset < end) found.push(stamp);
        }
        position = held.at + held.bytes;
      }
    }
    begin += size;
  }
  return before ? [before, ...found] : found;
}

function chunkOf(part: Part, position: number): Promise<{ held: Held | undefined; size: number }> {
  return part.use((log) => ({ held: log.chunkAt(position), size: log.bytes }));
}

function at(stamp: LogStamp, begin: number): LogStamp {
  return { ...stamp, offset: begin + stamp.offset };
}
