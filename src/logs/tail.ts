import { readAll } from './collect.js';
import type { LogArchive, LogId } from './ports.js';

const NEWLINE = 0x0a;

export interface Tail {
  readonly bytes: Buffer;
  /** Of the whole log, in bytes. `bytes` are its last ones. */
  readonly size: number;
}

export interface LogTail {
  /** At most `bytes` from the end, starting at a line when cut; inside a line that is longer than that. */
  tail(log: LogId, bytes: number): Promise<Tail>;
}

export function createTail(archive: LogArchive): LogTail {
  return {
    tail: async (log, bytes) => {
      const size = await archive.size(log);
      const start = Math.max(0, size - bytes);
      if (start === 0) return { bytes: await readAll(archive, log, 0, size), size };
      // One byte more than wanted tells whether a line starts just there.
      const window = await readAll(archive, log, start - 1, size);
      return { bytes: fromLineStart(window), size };
    },
  };
}

function fromLineStart(window: Buffer): Buffer {
  const newline = window.indexOf(NEWLINE);
  const isLast = newline === window.length - 1;
  if (newline >= 0 && !isLast) return window.subarray(newline + 1);
  return fromCharacterStart(window.subarray(1));
}

/** UTF-8: continuation bytes are 10xxxxxx, and at most three follow a first byte. */
function fromCharacterStart(bytes: Buffer): Buffer {
  let start = 0;
  while (start < 3 && start < bytes.length && ((bytes[start] ?? 0) & 0xc0) === 0x80) start += 1;
  return bytes.subarray(start);
}
