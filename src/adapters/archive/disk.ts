import { type FileHandle, open, readdir, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import type { LogArchive, LogCheckpoint, LogIndex } from '../../logs/ports.js';
import type { StageId } from '../../pipeline/model.js';
import { fenceFile, fenceOf, runDirectory, stageDirectory } from './names.js';
import { OpenFiles } from './open-files.js';

/** Far below the usual limit of 1,024 files per process: sockets and Docker streams need theirs. */
const OPEN_FILES = 64;
const CHUNK = 64 * 1024;

export interface DiskArchiveOptions {
  /** Files kept open for writing while idle. */
  readonly openFiles?: number;
}

/** Logs as plain files below `directory`: one per run, stage and fence; `cat` puts a log together. */
export function diskArchive(directory: string, options: DiskArchiveOptions = {}): LogArchive {
  const root = resolve(directory);
  const files = new OpenFiles(options.openFiles ?? OPEN_FILES);
  return {
    append: async ({ key, offset, bytes }) => {
      const path = join(stageDirectory(root, key.run, key.stage), fenceFile(key.fence));
      // Written at its place: a segment that comes twice writes the same bytes over themselves.
      await files.use(path, (file) => writeAll(file, bytes, offset));
    },
    size: async ({ run, stage }) => {
      const parts = await partsOf(stageDirectory(root, run, stage));
      return parts.reduce((sum, part) => sum + part.size, 0);
    },
    read: ({ run, stage }, start, end) => readParts(stageDirectory(root, run, stage), start, end),
    index: ({ run, stage }) => indexOf(stageDirectory(root, run, stage)),
    stamps: async () => [],
    services: async () => [],
    close: (run: number, stage: StageId) => files.closeBelow(stageDirectory(root, run, stage)),
    remove: async (run) => {
      await files.closeBelow(runDirectory(root, run));
      await rm(runDirectory(root, run), { recursive: true, force: true });
    },
  };
}

async function indexOf(directory: string): Promise<LogIndex> {
  const checkpoints: LogCheckpoint[] = [{ offset: 0, newlines: 0 }];
  let [bytes, newlines, last] = [0, 0, 0x0a];
  for await (const chunk of readParts(directory, 0, Number.POSITIVE_INFINITY)) {
    if (bytes > 0) checkpoints.push({ offset: bytes, newlines });
    for (let at = chunk.indexOf(0x0a); at >= 0; at = chunk.indexOf(0x0a, at + 1)) newlines += 1;
    bytes += chunk.length;
    last = chunk.at(-1) ?? last;
  }
  return { bytes, newlines, endsLine: last === 0x0a, checkpoints, marks: [] };
}

/** One call may write less than all, when the disk is nearly full or the piece is huge. */
async function writeAll(file: FileHandle, bytes: Buffer, offset: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, offset + done);
    done += bytesWritten;
  }
}

interface Part {
  readonly path: string;
  readonly size: number;
}

/** The fences' files in order. */
async function partsOf(directory: string): Promise<readonly Part[]> {
  const names = (await orAbsent(readdir(directory))) ?? [];
  const fences = names.map(fenceOf).filter((fence) => fence !== undefined);
  const parts = fences
    .sort((a, b) => a - b)
    .map(async (fence) => {
      const path = join(directory, fenceFile(fence));
      return { path, size: (await orAbsent(stat(path)))?.size ?? 0 };
    });
  return Promise.all(parts);
}

async function* readParts(directory: string, start: number, end: number): AsyncGenerator<Buffer, void> {
  const parts = await partsOf(directory);
  let partStart = 0;
  for (const [index, part] of parts.entries()) {
    // Only the newest owner's file grows; reading it goes on to where it ends by then.
    const partEnd = index === parts.length - 1 ? Number.POSITIVE_INFINITY : partStart + part.size;
    const from = Math.max(start, partStart);
    const to = Math.min(end, partEnd);
    if (from < to) yield* readFile(part.path, from - partStart, to - partStart);
    partStart = partEnd;
  }
}

async function* readFile(path: string, start: number, end: number): AsyncGenerator<Buffer, void> {
  const file = await orAbsent(open(path, 'r'));
  if (!file) return;
  try {
    for (let position = start; position < end; ) {
      const length = Math.min(CHUNK, end - position);
      // A buffer of its own for each piece: the reader may keep it.
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(length), 0, length, position);
      if (bytesRead === 0) return;
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** A log that was never written, or was removed meanwhile, is an empty one. */
async function orAbsent<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
