import {
  chmod,
  copyFile,
  lstat,
  mkdir,
  open,
  readdir,
  rename,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar-stream';
import { type ArchiveLimits, ArchiveRefused, createArchiveRules } from './archive-rules.js';
import { SMALL_BYTES } from './archive-writer.js';

export interface UnpackOptions {
  /** All entries stand under it; absent: under any. */
  readonly top?: string;
  readonly limits: ArchiveLimits;
  /** Files are as old as the archive says. */
  readonly times?: boolean;
}

/**
 * Unpacks an archive into an empty directory that nobody else can write to. Owners, special bits and the modes
 * of directories are not taken over: one without a right to write could not be filled.
 * @throws ArchiveRefused
 */
export async function unpack(
  archive: AsyncIterable<Buffer>,
  directory: string,
  { top, limits, times = false }: UnpackOptions,
): Promise<void> {
  const accept = createArchiveRules(top, limits);
  const source = Readable.from(archive);
  const entries = extract();
  const feed = pipeline(source, entries);
  // The loop below tells the cause; this is its echo when it stops early.
  feed.catch(() => undefined);
  const made = new Set<string>();
  const make = async (folder: string): Promise<void> => {
    if (made.has(folder)) return;
    await mkdir(folder, { recursive: true });
    made.add(folder);
  };
  const writes = openWrites();
  try {
    for await (const entry of entries) {
      const { name, type, size, linkname, mode, mtime } = entry.header;
      const accepted = accept({ name, type: type ?? 'file', size, linkname });
      const target = path.join(directory, accepted.path);
      await make(path.dirname(target));
      switch (accepted.kind) {
        case 'directory':
          await make(target);
          entry.resume();
          break;
        case 'file': {
          const head = { mode: mode & 0o777, ...(times && mtime && { mtime }) };
          const content = entry as AsyncIterable<Buffer>;
          if (size > SMALL_BYTES) await writeLarge(content, target, head);
          else await writes.add(writeSmall(await whole(content), target, head));
          break;
        }
        case 'symlink':
          await symlink(accepted.target, target);
          entry.resume();
          break;
        case 'copy':
          await writes.done();
          await copyFile(path.join(directory, accepted.source), target);
          entry.resume();
          break;
      }
    }
    await feed;
  } finally {
    await writes.done();
  }
}

/** So many small files are written at once: 2 MiB at most. */
const TOGETHER = 32;

interface Writes {
  /** Waits, when there are many. @throws what one of those before failed with */
  add(write: Promise<void>): Promise<void>;
  done(): Promise<void>;
}

function openWrites(): Writes {
  let open: Promise<void>[] = [];
  const done = async (): Promise<void> => {
    const all = open;
    open = [];
    await Promise.all(all);
  };
  return {
    async add(write) {
      // Who waits for it is told.
      write.catch(() => undefined);
      open.push(write);
      if (open.length >= TOGETHER) await done();
    },
    done,
  };
}

async function whole(content: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks);
}

interface WrittenHead {
  readonly mode: number;
  readonly mtime?: Date;
}

async function writeSmall(content: Buffer, target: string, { mode, mtime }: WrittenHead): Promise<void> {
  // `wx`: never through something that is already there.
  await writeFile(target, content, { flag: 'wx', mode });
  // What it was given is less the worker's umask, which lets few write.
  if ((mode & 0o022) !== 0) await chmod(target, mode);
  if (mtime !== undefined) await utimes(target, mtime, mtime);
}

async function writeLarge(
  content: AsyncIterable<Buffer>,
  target: string,
  { mode, mtime }: WrittenHead,
): Promise<void> {
  const file = await open(target, 'wx', mode);
  try {
    for await (const chunk of content) await file.writeFile(chunk);
    await file.chmod(mode);
    if (mtime !== undefined) await file.utimes(mtime, mtime);
  } finally {
    await file.close();
  }
}

/** Moves everything in one directory into another, as {@link moveInto}; never `.git`, by which git is told what to run. */
export async function moveAllInto(from: string, to: string): Promise<void> {
  for (const name of (await readdir(from)).sort()) {
    if (name === '.git') throw new ArchiveRefused('it has a .git of its own');
    await moveInto(from, to, name);
  }
}

/**
 * Moves `name` from one directory into another, over what is there: files replace files and links,
 * directories are merged. Links that are there are replaced or refused, never followed.
 * @throws ArchiveRefused
 */
export async function moveInto(from: string, to: string, name: string): Promise<void> {
  const source = path.join(from, name);
  const target = path.join(to, name);
  const isDirectory = (await lstat(source)).isDirectory();
  const there = await lstat(target).catch(() => undefined);
  if (there === undefined || (!isDirectory && !there.isDirectory())) {
    await rename(source, target);
    return;
  }
  if (!isDirectory) throw new ArchiveRefused(`${name} is a directory in the workspace`);
  if (!there.isDirectory()) throw new ArchiveRefused(`${name} is no directory in the workspace`);
  for (const child of await readdir(source)) await moveInto(source, target, child);
}
