import type { LogArchive, LogSegment } from '../../src/logs/ports.js';

/** One log in memory that hands out pieces of `piece` bytes, each in a turn of its own. */
export function memoryArchive(piece = 7): LogArchive {
  let log = Buffer.alloc(0);
  return {
    append: async ({ bytes, offset }: LogSegment) => {
      await Promise.resolve();
      log = Buffer.concat([log.subarray(0, offset), bytes]);
    },
    size: async () => log.length,
    read: async function* (_run, _stage, start, end) {
      for (let at = start; at < Math.min(end, log.length); ) {
        await Promise.resolve();
        const bytes = log.subarray(at, Math.min(at + piece, end));
        at += bytes.length;
        yield bytes;
      }
    },
    close: async () => {},
    remove: async () => {
      log = Buffer.alloc(0);
    },
  };
}
