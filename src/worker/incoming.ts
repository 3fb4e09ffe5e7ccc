import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Workspace } from './workspace.js';

/** Gives `work` an empty directory that no container can reach, and removes what it leaves there. */
export async function withIncoming<T>(
  workspace: Workspace,
  work: (directory: string) => Promise<T>,
): Promise<T> {
  await mkdir(workspace.incoming, { recursive: true });
  const directory = await mkdtemp(path.join(workspace.incoming, 'in-'));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
