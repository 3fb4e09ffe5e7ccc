import { statSync, unlinkSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { BlobsKept } from '../../runs/ports.js';
import { absent } from './errno.js';
import { isBlobDirectory, unfinishedDirectory } from './names.js';

interface Kept {
  readonly file: string;
  readonly bytes: number;
  /** milliseconds since the epoch */
  readonly usedAt: number;
}

/** @returns how many blobs went, and the bytes of those that stay */
export async function tidyBlobs(
  root: string,
  { unusedMs, bytes: most }: BlobsKept,
  { now, unfinished }: { readonly now: number; readonly unfinished: ReadonlySet<string> },
): Promise<{ readonly removed: number; readonly held: number }> {
  await removeUnfinished(unfinishedDirectory(root), unfinished);
  const oldestFirst = (await blobsBelow(root)).sort((a, b) => a.usedAt - b.usedAt);
  let held = oldestFirst.reduce((sum, { bytes }) => sum + bytes, 0);
  let removed = 0;
  for (const blob of oldestFirst) {
    if (blob.usedAt >= now - unusedMs && held <= most) break;
    if (removeUnused(blob)) {
      held -= blob.bytes;
      removed += 1;
    }
  }
  return { removed, held };
}

async function removeUnfinished(directory: string, unfinished: ReadonlySet<string>): Promise<void> {
  const names = (await readdir(directory).catch(absent)) ?? [];
  for (const name of names.filter((one) => !unfinished.has(one))) {
    await rm(path.join(directory, name), { force: true });
  }
}

async function blobsBelow(root: string): Promise<Kept[]> {
  const directories = ((await readdir(root).catch(absent)) ?? []).filter(isBlobDirectory);
  const blobs: Kept[] = [];
  for (const directory of directories) {
    for (const name of await readdir(path.join(root, directory))) {
      const file = path.join(root, directory, name);
      const found = await stat(file).catch(absent);
      if (found !== undefined) blobs.push({ file, bytes: found.size, usedAt: found.mtimeMs });
    }
  }
  return blobs;
}

/** In one step of the process: whoever used or put it since the look keeps it. */
function removeUnused({ file, usedAt }: Kept): boolean {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined || found.mtimeMs !== usedAt) return false;
  unlinkSync(file);
  return true;
}
