import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type GitCommand, GitFailed, runGit } from './git-command.js';
import { FetchFailed } from './tries.js';
import { refKey, type Wanted } from './wanted.js';

/** Written last: without it the mirror was never finished. */
const READY_FILE = 'cyclone-ready';

/** The mirror's objects, which workspaces borrow. Never replaced: containers have it mounted. */
export function objectsOf(mirror: string): string {
  return path.join(mirror, 'objects');
}

/** An empty mirror, or what a killed process left of one, made whole. */
export async function ensureMirror(command: GitCommand, mirror: string): Promise<void> {
  if (await exists(path.join(mirror, READY_FILE))) return;
  await mkdir(objectsOf(mirror), { recursive: true });
  // Objects are whole or not there (git renames them into place); all else may be half written.
  for (const entry of await readdir(mirror)) {
    if (entry !== 'objects') await rm(path.join(mirror, entry), { recursive: true, force: true });
  }
  await runGit(command, ['init', '--quiet', '--bare', '--template=', '--', mirror]);
  await writeFile(path.join(mirror, READY_FILE), '');
}

/** Locks and unfinished packs of a process that was killed. Only while nobody else uses the mirror. */
export async function sweepMirror(mirror: string): Promise<void> {
  for (const folder of ['.', 'refs/cyclone', 'objects/pack']) {
    const directory = path.join(mirror, folder);
    const entries = await readdir(directory).catch(() => []);
    for (const entry of entries) {
      if (entry.endsWith('.lock') || entry.startsWith('tmp_'))
        await rm(path.join(directory, entry), { force: true });
    }
  }
}

/**
 * The commit, and its tag where there is one, are in the mirror afterwards. For a commit that is there git asks nobody.
 * @throws FetchFailed
 */
export async function fetchInto(
  command: GitCommand,
  mirror: string,
  url: string,
  wanted: Wanted,
): Promise<void> {
  try {
    await fetch(command, mirror, url, wanted);
  } catch (error) {
    command.signal.throwIfAborted();
    if (!(await dropBrokenRefs(command, mirror)) && wanted.tag === undefined) throw error;
    // A tag may be gone since the event: the commit is what is asked for.
    const { tag: _, ...commit } = wanted;
    await fetch(command, mirror, url, commit);
  }
}

/** The object that a tag points to, or the commit when the tag is not (any more) this commit's. */
export async function tagObject(command: GitCommand, mirror: string, wanted: Wanted): Promise<string> {
  if (wanted.tag === undefined) return wanted.sha;
  const found = await revision(command, mirror, refKey(`refs/tags/${wanted.tag}`));
  if (found === undefined) return wanted.sha;
  return (await revision(command, mirror, `${found}^{commit}`)) === wanted.sha ? found : wanted.sha;
}

async function fetch(command: GitCommand, mirror: string, url: string, wanted: Wanted): Promise<void> {
  // Every one begins with a plus and a fixed word: none can be taken for an option.
  const refspecs =
    wanted.tag === undefined
      ? [`+${wanted.sha}:${refKey(wanted.ref)}`]
      : [
          `+${wanted.sha}:${refKey(`commit of ${wanted.ref}`)}`,
          `+refs/tags/${wanted.tag}:${refKey(`refs/tags/${wanted.tag}`)}`,
        ];
  try {
    await runGit(command, [
      ...['-C', mirror, 'fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--no-auto-maintenance'],
      ...['--no-recurse-submodules', '--', url, ...refspecs],
    ]);
  } catch (error) {
    throw error instanceof GitFailed ? new FetchFailed(error.message, { cause: error }) : error;
  }
}

/** Refs whose objects are lost (a full disk, a crash of the machine) make every fetch fail. @returns whether there were any */
async function dropBrokenRefs(command: GitCommand, mirror: string): Promise<boolean> {
  let dropped = false;
  for (const ref of await readdir(path.join(mirror, 'refs/cyclone')).catch(() => [])) {
    if ((await revision(command, mirror, `refs/cyclone/${ref}^{tree}`)) !== undefined) continue;
    await rm(path.join(mirror, 'refs/cyclone', ref), { force: true });
    dropped = true;
  }
  return dropped;
}

async function revision(command: GitCommand, mirror: string, name: string): Promise<string | undefined> {
  try {
    const found = await runGit(command, [
      '-C',
      mirror,
      'rev-parse',
      '--quiet',
      '--verify',
      '--end-of-options',
      name,
    ]);
    return found.trim() || undefined;
  } catch (error) {
    command.signal.throwIfAborted();
    if (error instanceof GitFailed) return undefined;
    throw error;
  }
}

async function exists(file: string): Promise<boolean> {
  return await stat(file).then(
    () => true,
    () => false,
  );
}
