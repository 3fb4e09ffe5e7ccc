import fc from 'fast-check';

import type { LogArchive, LogId, LogMark, LogSegment, LogStamp } from '../../../src/logs/ports.js';

/** What a worker sends of one fence, and what the log must then say. */
export interface Stream {
  readonly bytes: Buffer;
  /** Who printed each byte, and when: changes of it. */
  readonly stamps: readonly LogStamp[];
  readonly marks: readonly LogMark[];
}

/** A step towards the whole: how much comes next, and how much of what came before comes again with it. */
export interface Step {
  readonly more: number;
  readonly again: number;
  /** In what state the process that keeps the log is afterwards. */
  readonly fate: 'lives' | 'dies' | 'closes';
}

const LINE_ENDS = [0x0a, 0x0d, 0x00, 0xff, 0x61];

export const streams: fc.Arbitrary<Stream> = fc
  .record({
    bytes: fc.array(fc.oneof(fc.constantFrom(...LINE_ENDS), fc.nat(255)), { maxLength: 400 }),
    stamps: fc.array(fc.record({ offset: fc.nat(400), at: fc.nat(1e6), cyclone: fc.boolean() }), {
      maxLength: 12,
    }),
    marks: fc.array(fc.record({ offset: fc.nat(400), at: fc.nat(1e6) }), { maxLength: 6 }),
  })
  .map(({ bytes, stamps, marks }) => ({
    bytes: Buffer.from(bytes),
    // The first byte is always stamped, as a worker does it.
    stamps: uniqueOffsets([{ offset: 0, at: 1, cyclone: false }, ...stamps])
      .filter(({ offset }) => offset < bytes.length)
      .map(({ offset, at, cyclone }) => ({
        offset,
        at,
        stream: cyclone ? ('cyclone' as const) : ('stdout' as const),
      })),
    marks: [...marks]
      .sort((a, b) => a.offset - b.offset)
      .filter(({ offset }) => offset <= bytes.length)
      .map(({ offset, at }, index) => ({ offset, at, kind: 'command' as const, number: index + 1 })),
  }));

export const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    more: fc.nat(90),
    again: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(120) }),
    fate: fc.oneof(
      { weight: 4, arbitrary: fc.constant('lives' as const) },
      { weight: 1, arbitrary: fc.constantFrom('dies' as const, 'closes' as const) },
    ),
  }),
  { maxLength: 12 },
);

/** Bytes [start, end) of the stream, with what holds at their beginning. */
export function segmentOf(stream: Stream, key: LogSegment['key'], start: number, end: number): LogSegment {
  const before = stream.stamps.findLast(({ offset }) => offset <= start);
  const moved = <T extends { readonly offset: number }>(all: readonly T[]): T[] =>
    all.map((one) => ({ ...one, offset: one.offset - start }));
  const stamps = moved(stream.stamps.filter(({ offset }) => offset > start && offset < end));
  const isLast = end === stream.bytes.length;
  return {
    key,
    offset: start,
    bytes: stream.bytes.subarray(start, end),
    stamps: before && end > start ? [{ ...before, offset: 0 }, ...stamps] : stamps,
    // A mark between two segments may come with the first; here it comes with the second, or at the end of all.
    marks: moved(stream.marks.filter(({ offset }) => offset >= start && (offset < end || isLast))),
  };
}

export async function bytesOf(archive: LogArchive, log: LogId, start = 0, end = Infinity): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of archive.read(log, start, end)) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** What is said of each byte: when it was printed, and by whom. */
export function perByte(stamps: readonly LogStamp[], start: number, end: number): readonly string[] {
  return Array.from({ length: Math.max(0, end - start) }, (_, index) => {
    const stamp = stamps.findLast(({ offset }) => offset <= start + index);
    return stamp ? `${stamp.at} ${stamp.stream}` : 'unknown';
  });
}

/** One after the other. */
export function joined(parts: readonly Stream[]): Stream {
  let begin = 0;
  const whole = { bytes: Buffer.alloc(0), stamps: [] as LogStamp[], marks: [] as LogMark[] };
  for (const { bytes, stamps, marks } of parts) {
    whole.stamps.push(...stamps.map((stamp) => ({ ...stamp, offset: begin + stamp.offset })));
    whole.marks.push(...marks.map((mark) => ({ ...mark, offset: begin + mark.offset })));
    begin += bytes.length;
  }
  return { ...whole, bytes: Buffer.concat(parts.map(({ bytes }) => bytes)) };
}

function uniqueOffsets<T extends { readonly offset: number }>(all: readonly T[]): T[] {
  return [...new Map(all.map((one) => [one.offset, one])).values()].sort((a, b) => a.offset - b.offset);
}
