import { createWriteStream } from 'node:fs';
import { copyFile, lstat, mkdir, readdir, rename, symlink } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar-stream';
import { type ArchiveLimits, ArchiveRefused, createArchiveRules } from './archive-rules.js';

/**
 * Unpacks an archive whose entries all stand under `top` into an empty directory that nobody else
 * can write to. Owners and special bits are not taken over.
 * @throws ArchiveRefused
 */
export async function unpack(
  archive: AsyncIterable<Buffer>,
  directory: string,
  top: string,
  limits: ArchiveLimits,
): Promise<void> {
  const accept = createArchiveRules(top, limits);
  const source = Readable.from(archive);
  const entries = extract();
  const feed = pipeline(source, entries);
  // The loop below tells the cause; this is its echo when it stops early.
  feed.catch(() => undefined);
  for await (const entry of entries) {
    const { name, type, size, linkname, mode } = entry.header;
    const accepted = accept({ name, type: type ?? 'file', size, linkname });
    const target = path.join(directory, accepted.path);
    await mkdir(path.dirname(target), { recursive: true });
    switch (accepted.kind) {
      case 'directory':
        await mkdir(target, { recursive: true });
        entry.resume();
        break;
      case 'file':
        // `wx`: never through something that is already there.
        await pipeline(entry, createWriteStream(target, { flags: 'wx', mode: mode & 0o777 }));
        break;
      case 'symlink':
        await symlink(accepted.target, target);
        entry.resume();
        break;
      case 'copy':
        await copyFile(path.join(directory, accepted.source), target);
        entry.resume();
        break;
    }
  }
  await feed;
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
