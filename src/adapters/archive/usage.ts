import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import type { RunUsage } from '../../logs/ports.js';
import { orAbsent } from './files.js';
import { fileOf, runDirectory, runOf } from './names.js';
import type { Remote } from './remote.js';

/** Looks at every file: for once a day. */
export async function* usageOf(root: string, remote: Remote | undefined): AsyncGenerator<RunUsage, void> {
  for (const name of (await orAbsent(readdir(root))) ?? []) {
    const run = runOf(name);
    const usage = run === undefined ? undefined : await runUsage(root, run, remote);
    if (usage) yield usage;
  }
}

async function runUsage(
  root: string,
  run: number,
  remote: Remote | undefined,
): Promise<RunUsage | undefined> {
  const entries = await orAbsent(readdir(runDirectory(root, run), { recursive: true, withFileTypes: true }));
  if (!entries) return undefined;
  let [bytes, at, open] = [0, 0, false];
  for (const entry of entries) {
    const found = entry.isFile() ? await orAbsent(stat(join(entry.parentPath, entry.name))) : undefined;
    if (!found) continue;
    bytes += found.size;
    at = Math.max(at, found.mtimeMs);
    const kind = fileOf(entry.name)?.kind;
    open ||= kind === 'tail' || (kind !== undefined && remote !== undefined);
  }
  // It has a folder here: its manifest, if any, is in there.
  const there = remote && (await remote.manifest(run).catch(() => undefined));
  for (const { stored } of there?.fences ?? []) bytes += stored;
  return at === 0 ? undefined : { run, bytes, at, open };
}
