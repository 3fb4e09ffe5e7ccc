import fc from 'fast-check';

import type { LogArchive, LogId, LogMark, LogStamp } from '../../src/logs/ports.js';

export const LOG: LogId = { run: 1, stage: 's' };

export interface Marks {
  readonly stamps?: readonly LogStamp[];
  readonly marks?: readonly LogMark[];
}

/** Puts bytes at the end of a log. */
export async function print(archive: LogArchive, bytes: string | Buffer, marks: Marks = {}): Promise<void> {
  const offset = await archive.size(LOG);
  await archive.append({ key: { ...LOG, fence: 1 }, offset, bytes: Buffer.from(bytes), ...marks });
}

/** What anybody would say are the lines of a log. */
export function naiveLines(log: Buffer): string[] {
  const pieces: Buffer[] = [];
  let start = 0;
  for (const [at, byte] of log.entries()) {
    if (byte !== 0x0a) continue;
    const end = at > start && log[at - 1] === 0x0d ? at - 1 : at;
    pieces.push(log.subarray(start, end));
    start = at + 1;
  }
  if (start < log.length) pieces.push(log.subarray(start));
  return pieces.map((piece) => piece.toString('utf8'));
}

/** Logs with many short lines, line ends of all kinds, characters of several bytes and bytes that are none. */
export const anyLog = fc
  .array(
    fc.oneof(
      fc
        .constantFrom('\n', '\n', '\r\n', '\r', 'a', 'bc', 'é', '🌀', 'K', 'k')
        .map((text) => Buffer.from(text)),
      fc.uint8Array({ minLength: 1, maxLength: 3 }).map((bytes) => Buffer.from(bytes)),
    ),
    { maxLength: 60 },
  )
  .map((pieces) => Buffer.concat(pieces));
