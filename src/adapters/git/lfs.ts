import { mkdir, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CheckoutFailed } from '../../worker/ports.js';
import { type GitCommand, GitFailed, runGit, withConfig } from './git-command.js';
import { FetchFailed } from './tries.js';

const MISSING =
  'lfs: this worker has no git-lfs: install it on its machine (Debian, Ubuntu: apt-get install git-lfs)';

/** @throws CheckoutFailed when the machine has no git-lfs */
export async function requireLfs(command: GitCommand): Promise<void> {
  try {
    await runGit(command, ['lfs', 'version']);
  } catch (error) {
    throw error instanceof GitFailed ? new CheckoutFailed(MISSING, { cause: error }) : error;
  }
}

/**
 * The large files of a commit are in the mirror afterwards: those that are there are not asked for again.
 * @param remote with the token
 * @throws FetchFailed
 */
export async function fetchLarge(remote: GitCommand, mirror: string, url: URL, sha: string): Promise<void> {
  await mkdir(storageOf(mirror), { recursive: true });
  // On an error git-lfs writes its environment into a file of that directory, and the token is in it.
  await writeFile(path.join(storageOf(mirror), 'logs'), '');
  const command = withConfig(remote, [...lfsConfig(mirror, url), ['remote.origin.url', url.href]]);
  try {
    await runGit(command, ['-C', mirror, 'lfs', 'fetch', 'origin', sha]);
  } catch (error) {
    throw error instanceof GitFailed ? new FetchFailed(error.message, { cause: error }) : error;
  }
}

/** A git that checks out large files from the mirror, in place of their pointers. */
export function withLargeFiles(local: GitCommand, mirror: string, url: URL): GitCommand {
  const command = withConfig(local, [
    ...lfsConfig(mirror, url),
    ['filter.lfs.process', 'git-lfs filter-process'],
    ['filter.lfs.smudge', 'git-lfs smudge -- %f'],
    ['filter.lfs.clean', 'git-lfs clean -- %f'],
    ['filter.lfs.required', 'true'],
  ]);
  return { ...command, environment: { ...command.environment, GIT_LFS_SKIP_SMUDGE: '0' } };
}

/**
 * git takes a file that is as young as its index for one that may have changed since, and compares contents: without
 * git-lfs, which few images have, a large file is not its pointer. See https://git-scm.com/docs/racy-git.
 */
export async function settleIndex(workspace: string): Promise<void> {
  const later = Date.now() / 1000 + 1;
  await utimes(path.join(workspace, '.git/index'), later, later);
}

/** Stands above what a repository's `.lfsconfig` says: it must not send the token elsewhere. */
function lfsConfig(mirror: string, url: URL): readonly (readonly [key: string, value: string])[] {
  const endpoint = `${url.href.replace(/\/+$/, '').replace(/(?:\.git)?$/, '.git')}/info/lfs`;
  return [
    ['lfs.url', endpoint],
    ['lfs.storage', storageOf(mirror)],
    ['lfs.basictransfersonly', 'true'],
    ['lfs.skipdownloaderrors', 'false'],
    ['lfs.locksverify', 'false'],
  ];
}

function storageOf(mirror: string): string {
  return path.join(mirror, 'lfs');
}
