import { countNewlines } from '../../src/logs/locate.js';
import type { LogArchive, LogCheckpoint, LogId, LogMark, LogStamp } from '../../src/logs/ports.js';

interface Kept {
  bytes: Buffer;
  stamps: LogStamp[];
  marks: LogMark[];
}

/** Logs in memory, that hand out pieces of `piece` bytes, each in a turn of its own; a checkpoint after every piece. */
export function memoryArchive(piece = 7): LogArchive {
  const logs = new Map<string, Kept>();
  const keyOf = ({ run, stage, service = '' }: LogId): string => JSON.stringify([run, stage, service]);
  const of = (log: LogId): Kept => logs.get(keyOf(log)) ?? { bytes: Buffer.alloc(0), stamps: [], marks: [] };
  return {
    append: async ({ key, bytes, offset, stamps = [], marks = [] }) => {
      await Promise.resolve();
      const kept = of(key);
      const isNew = offset >= kept.bytes.length;
      const after = <T extends { readonly offset: number }>(all: T[], more: readonly T[]): T[] =>
        isNew ? [...all, ...more.map((one) => ({ ...one, offset: one.offset + offset }))] : all;
      logs.set(keyOf(key), {
        bytes: Buffer.concat([
          kept.bytes.subarray(0, offset),
          bytes,
          kept.bytes.subarray(offset + bytes.length),
        ]),
        stamps: after(kept.stamps, stamps),
        marks: after(kept.marks, marks),
      });
    },
    size: async (log) => of(log).bytes.length,
    read: async function* (log, start, end) {
      for (let at = start; at < Math.min(end, of(log).bytes.length); ) {
        await Promise.resolve();
        const bytes = of(log).bytes.subarray(at, Math.min(at + piece, end));
        at += bytes.length;
        yield bytes;
      }
    },
    index: async (log) => {
      const { bytes, marks } = of(log);
      const checkpoints: LogCheckpoint[] = [];
      let newlines = 0;
      for (let at = 0; at < Math.max(1, bytes.length); at += piece) {
        checkpoints.push({ offset: at, newlines });
        newlines += countNewlines(bytes.subarray(at, at + piece));
      }
      const endsLine = bytes.length === 0 || bytes.at(-1) === 0x0a;
      return { bytes: bytes.length, newlines, endsLine, checkpoints, marks };
    },
    stamps: async (log, start, end) => {
      const { stamps } = of(log);
      const first = stamps.findLastIndex(({ offset }) => offset <= start);
      return stamps.slice(Math.max(0, first)).filter(({ offset }) => offset < end);
    },
    services: async (run, stage) => {
      const keys = [...logs.keys()].map((key) => JSON.parse(key) as [number, string, string]);
      return keys
        .filter((key) => key[0] === run && key[1] === stage && key[2] !== '')
        .map((key) => key[2])
        .sort();
    },
    close: async () => {},
    remove: async (run) => {
      for (const key of logs.keys()) if ((JSON.parse(key) as [number])[0] === run) logs.delete(key);
    },
  };
}
