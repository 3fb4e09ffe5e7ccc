import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { type KeptMark, readKeptMark } from './kept-mark.js';

/** A workspace on disk. */
export interface Entry {
  readonly name: string;
  readonly root: string;
  /** Absent: its job was not over when its last owner left it. */
  readonly mark: KeptMark | undefined;
  /** Since when it is as it is, milliseconds since the epoch. */
  readonly since: number;
}

/** All of them; a directory that is not there has none. */
export async function entriesOf(workspaces: string): Promise<readonly Entry[]> {
  const names = await readdir(workspaces).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
  const entries = await Promise.all(names.map((name) => entryOf(workspaces, name)));
  return entries.filter((entry) => entry !== undefined);
}

/** A clock that was set back makes nothing older. */
export function ageOf({ since }: Entry, now: number): number {
  return Math.max(0, now - since);
}

async function entryOf(workspaces: string, name: string): Promise<Entry | undefined> {
  const root = path.join(workspaces, name);
  const mark = await readKeptMark(root);
  if (mark !== undefined) return { name, root, mark, since: mark.at };
  try {
    return { name, root, mark, since: (await stat(root)).mtimeMs };
  } catch {
    // Removed meanwhile.
    return undefined;
  }
}

export async function isThere(directory: string): Promise<boolean> {
  return await stat(directory).then(
    () => true,
    () => false,
  );
}
