import { randomBytes } from 'node:crypto';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';

import { orAbsent, replaceFile, textOf } from './files.js';
import { fileOf, runDirectory, tombstoneFile } from './names.js';

/** What is left of folders while they are removed. */
const TRASH = /^\d+\.trash-[0-9a-f]+$/;

export async function isTombstone(root: string, run: number): Promise<boolean> {
  return (await orAbsent(stat(tombstoneFile(root, run)))) !== undefined;
}

/** @param objects that are to be removed too */
export async function writeTombstone(root: string, run: number, objects: readonly string[]): Promise<void> {
  // An empty one takes no block of the disk, and they stay.
  await replaceFile(tombstoneFile(root, run), objects.length === 0 ? '' : JSON.stringify(objects));
}

/** Objects that a removed run may still have. */
export async function objectsLeft(root: string, run: number): Promise<readonly string[]> {
  const text = await textOf(tombstoneFile(root, run));
  return text === undefined || text === '' ? [] : (JSON.parse(text) as string[]);
}

/** Removed runs that may still have objects. */
export async function unfinishedRemovals(root: string): Promise<readonly number[]> {
  const runs: number[] = [];
  for (const name of (await orAbsent(readdir(root))) ?? []) {
    const [, run] = /^(\d+)\.removed$/.exec(name) ?? [];
    if (run !== undefined && (await objectsLeft(root, Number(run))).length > 0) runs.push(Number(run));
  }
  return runs;
}

/** Gone at once for whoever looks for it, then file by file. */
export async function removeFolder(root: string, run: number): Promise<void> {
  const trash = join(root, `${run}.trash-${randomBytes(4).toString('hex')}`);
  await orAbsent(rename(runDirectory(root, run), trash));
  await rm(trash, { recursive: true, force: true });
}

/** What a process left that died while it removed. */
export async function removeTrash(root: string): Promise<void> {
  for (const name of (await orAbsent(readdir(root))) ?? [])
    if (TRASH.test(name)) await rm(join(root, name), { recursive: true, force: true });
}

/** Names of the run's files as they would be called in an object store. */
export async function fileNames(root: string, run: number): Promise<readonly string[]> {
  const entries = await orAbsent(readdir(runDirectory(root, run), { recursive: true, withFileTypes: true }));
  return (entries ?? [])
    .filter((entry) => entry.isFile() && fileOf(entry.name) !== undefined)
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}
