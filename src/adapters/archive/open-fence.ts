import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { LogRemoved } from '../../logs/ports.js';
import { GrowingChunk } from './chunk.js';
import { type FenceFiles, FenceLog, type Found, type Limits } from './fence-log.js';
import { listFolder, orAbsent, readRange, textOf } from './files.js';
import { readFrames } from './frame.js';
import { fileName } from './names.js';
import { lineOf, type Packed, readIndex } from './packed.js';

/** Where files of a fence are that are not on the disk. */
export interface Elsewhere {
  /** Undefined: nothing of this fence. */
  index(): Promise<string | undefined>;
  /** Undefined: no such pack. */
  pack(number: number, place: number, length: number): Promise<Buffer | undefined>;
}

/** @param elsewhere undefined: all that there is is on the disk */
export function filesOf(directory: string, fence: number, elsewhere: Elsewhere | undefined): FenceFiles {
  const pack = (number: number): string => join(directory, fileName({ fence, kind: 'pack', number }));
  return {
    index: join(directory, fileName({ fence, kind: 'index' })),
    pack,
    tail: (number) => join(directory, fileName({ fence, kind: 'tail', number })),
    readPack: async (number, place, length) => {
      const bytes =
        (await readRange(pack(number), place, length)) ?? (await elsewhere?.pack(number, place, length));
      if (!bytes) throw new LogRemoved('this part of the log is not there any more');
      return bytes;
    },
  };
}

/** As the last process left it, however it ended. */
export async function openFence(
  files: FenceFiles,
  at: { readonly directory: string; readonly fence: number },
  elsewhere: Pick<Elsewhere, 'index'> | undefined,
  limits: Limits,
): Promise<FenceLog> {
  const text = await textOf(files.index);
  const index = readIndex(text ?? (await elsewhere?.index()) ?? '');
  const packed = text === undefined ? [...index.chunks] : await withPacks(files, index.chunks);
  const last = packed.at(-1);
  const lastPack = last && (await sizeOf(files.pack(last.file)));
  const isWhole = packed.length === index.chunks.length;
  const found: Found = {
    packed,
    chunks: await unpacked(files, at, last),
    indexLength: text === undefined ? undefined : isWhole ? index.length : packed.map(lineOf).join('').length,
    pack:
      last === undefined
        ? { number: 1, length: 0 }
        : lastPack === undefined
          ? { number: last.file + 1, length: 0 }
          : { number: last.file, length: endInPack(last) },
  };
  return new FenceLog(files, limits, found);
}

/** After a power cut the end of a pack may be missing that the index counts. A pack that is not here is elsewhere. */
async function withPacks(files: FenceFiles, chunks: readonly Packed[]): Promise<Packed[]> {
  const kept = [...chunks];
  for (let last = kept.at(-1); last; last = kept.at(-1)) {
    const size = await sizeOf(files.pack(last.file));
    if (size === undefined || size >= endInPack(last)) return kept;
    kept.pop();
  }
  return kept;
}

async function unpacked(
  files: FenceFiles,
  { directory, fence }: { readonly directory: string; readonly fence: number },
  last: Packed | undefined,
): Promise<GrowingChunk[]> {
  const tails = (await listFolder(directory)).files.flatMap((file) =>
    file.fence === fence && file.kind === 'tail' ? [file.number] : [],
  );
  const chunks: GrowingChunk[] = [];
  let from = last
    ? { at: last.at + last.bytes, newlines: last.newlinesBefore + last.newlines, end: last.end }
    : { at: 0, newlines: 0, end: 0 };
  for (const number of tails.sort((a, b) => a - b)) {
    const path = files.tail(number);
    if (last && number <= last.chunk) {
      // It was packed, and the process died before it removed this.
      await rm(path, { force: true });
      continue;
    }
    const { pieces, length } = readFrames(await readFile(path));
    const chunk = new GrowingChunk(number, from);
    for (const piece of pieces) chunk.add(piece);
    chunk.tailLength = length;
    chunks.push(chunk);
    from = {
      at: from.at + chunk.bytes.length,
      newlines: from.newlines + chunk.newlines,
      end: chunk.end,
    };
  }
  return chunks;
}

function endInPack({ place, packed, stamps }: Packed): number {
  return place + packed + stamps;
}

async function sizeOf(path: string): Promise<number | undefined> {
  return (await orAbsent(stat(path)))?.size;
}
