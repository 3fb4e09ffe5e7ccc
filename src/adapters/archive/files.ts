import {
  constants,
  type FileHandle,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { type FenceFile, fileOf } from './names.js';

/** Undefined: there is no such file or folder. */
export async function orAbsent<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Opens, or creates with its folders; never truncates. Not `a`: Linux ignores the position of writes in append
 * mode. Logs may hold what only some may read.
 */
export async function openForWriting(path: string): Promise<FileHandle> {
  const flags = constants.O_WRONLY | constants.O_CREAT;
  const file = await orAbsent(open(path, flags, 0o600));
  if (file) return file;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  return open(path, flags, 0o600);
}

/** One call may write less than all, when the disk is nearly full or the piece is huge. */
export async function writeAll(file: FileHandle, pieces: readonly Buffer[], position: number): Promise<void> {
  let at = position;
  let rest = pieces.filter(({ length }) => length > 0);
  while (rest.length > 0) {
    const { bytesWritten } = await file.writev(rest, at);
    at += bytesWritten;
    rest = without(rest, bytesWritten);
  }
}

function without(pieces: readonly Buffer[], written: number): Buffer[] {
  let left = written;
  return pieces.flatMap((piece) => {
    const gone = Math.min(left, piece.length);
    left -= gone;
    return gone === piece.length ? [] : [piece.subarray(gone)];
  });
}

/** The file holds `length` bytes and then these, when it resolves; they were not sent to the disk yet. */
export async function writeAfter(path: string, length: number, pieces: readonly Buffer[]): Promise<void> {
  const file = await openForWriting(path);
  try {
    await file.truncate(length);
    await writeAll(file, pieces, length);
  } finally {
    await file.close();
  }
}

/** Undefined: there is no such file, or it ends before. */
export async function readRange(path: string, position: number, length: number): Promise<Buffer | undefined> {
  const file = await orAbsent(open(path, 'r'));
  if (!file) return undefined;
  try {
    const bytes = Buffer.allocUnsafe(length);
    let done = 0;
    while (done < length) {
      const { bytesRead } = await file.read(bytes, done, length - done, position + done);
      if (bytesRead === 0) return undefined;
      done += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}

/** What is sent to the disk outlives a power cut. */
export async function sync(path: string): Promise<void> {
  const file = await orAbsent(open(path, 'r'));
  try {
    await file?.datasync();
  } finally {
    await file?.close();
  }
}

/** All of it, or as it was before, also when the process dies in between. */
export async function replaceFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(`${path}.new`, text, { mode: 0o600, flush: true });
  await rename(`${path}.new`, path);
}

export async function textOf(path: string): Promise<string | undefined> {
  return orAbsent(readFile(path, 'utf8'));
}

export interface Folder {
  readonly files: readonly FenceFile[];
  /** Names of the folders in it. */
  readonly folders: readonly string[];
}

/** Nothing, where there is no such folder. */
export async function listFolder(directory: string): Promise<Folder> {
  const entries = (await orAbsent(readdir(directory, { withFileTypes: true }))) ?? [];
  return {
    files: entries.map(({ name }) => fileOf(name)).filter((file) => file !== undefined),
    folders: entries.filter((entry) => entry.isDirectory()).map(({ name }) => name),
  };
}

/** The log's folder, and those of its services when it is a stage's. */
export async function foldersOf(directory: string): Promise<readonly string[]> {
  const { folders } = await listFolder(directory);
  return [directory, ...folders.map((name) => join(directory, name))];
}

/** In order of their numbers. */
export function fencesOf(files: readonly { readonly fence: number }[]): readonly number[] {
  return [...new Set(files.map(({ fence }) => fence))].sort((a, b) => a - b);
}
