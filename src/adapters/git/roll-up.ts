import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { type GitCommand, runGit, withConfig } from './git-command.js';
import { objectsOf } from './mirror.js';

/** Every fetch leaves a pack, and git looks for an object in one after the other. */
const MOST_PACKS = 20;

/**
 * Puts small packs together, so that a mirror has few however often it was fetched into. Nothing goes that
 * anybody may need: what is in the packs that are removed is in the new one, whether a ref leads to it or not, and who
 * misses a pack looks anew. So workspaces may borrow meanwhile, and others fetch.
 * @throws CheckoutFailed; the signal's reason when aborted
 */
export async function rollUp(command: GitCommand, mirror: string): Promise<void> {
  if ((await countPacks(mirror)) <= MOST_PACKS) return;
  // Behind the jobs, which need the other cores.
  const quiet = withConfig(command, [['pack.threads', '1']]);
  await runGit(quiet, ['-C', mirror, 'repack', '--quiet', '-d', '--geometric=2', '--no-write-bitmap-index']);
}

async function countPacks(mirror: string): Promise<number> {
  const names = await readdir(path.join(objectsOf(mirror), 'pack')).catch(() => []);
  return names.filter((name) => name.endsWith('.pack')).length;
}
