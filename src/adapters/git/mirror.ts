import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type GitCommand, GitFailed, runGit } from './git-command.js';
import { isThere } from './presence.js';
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
  if (await isThere(path.join(mirror, READY_FILE))) return;
  await mkdir(objectsOf(mirror), { recursive: true });
  // Objects are whole or not there (git renames them into place); all else may be half written.
  for (const entry of await readdir(mirror)) {
    if (entry !== 'objects') await rm(path.join(mirror, entry), { recursive: true, force: true });
  }
  await runGit(command, ['init', '--quiet', '--bare', '--template=', '--', mirror]);
  await writeFile(path.join(mirror, READY_FILE), '');
}

/** Those in a directory that were finished once. */
export async function readyMirrors(directory: string): Promise<readonly string[]> {
  const names = await readdir(directory).catch(() => []);
  const mirrors = names.map((name) => path.join(directory, name));
  const ready = await Promise.all(mirrors.map((mirror) => isThere(path.join(mirror, READY_FILE))));
  return mirrors.filter((_, index) => ready[index]);
}

/** Locks and unfinished packs of a process that was killed. Only while nobody else uses the mirror. */
export async function sweepMirror(mirror: string): Promise<void> {
  for (const folder of ['.', 'refs/cyclone', 'objects', 'objects/pack']) {
    const directory = path.join(mirror, folder);
    const entries = await readdir(directory).catch(() => []);
    for (const entry of entries) {
      if (entry.endsWith('.lock') || /^\.?tmp[_-]/.test(entry))
        await rm(path.join(directory, entry), { recursive: true, force: true });
    }
  }
}

export interface FetchOptions {
  /** Full name of the branch that others begin at. */
  readonly base: string;
  /** Commits of history; absent: all. */
  readonly depth?: number | undefined;
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
  options: FetchOptions,
): Promise<void> {
  try {
    await fetch(command, mirror, url, wanted, options);
  } catch (error) {
    command.signal.throwIfAborted();
    if (!(await dropBrokenRefs(command, mirror)) && wanted.tag === undefined) throw error;
    // A tag may be gone since the event: the commit is what is asked for.
    const { tag: _, ...commit } = wanted;
    await fetch(command, mirror, url, commit, options);
  }
}

/**
 * Whether the mirror has this commit, by the ref that its fetch wrote at last: no process of git is needed to know.
 * Its objects may be lost all the same (a full disk, a crash of the machine): what reads them tells.
 */
export async function isFetched(
  mirror: string,
  wanted: Wanted,
  { depth }: Pick<FetchOptions, 'depth'>,
): Promise<boolean> {
  if (
    (await writtenIn(mirror, commitRef(wanted))) !== wanted.sha ||
    !(await isThere(path.join(mirror, READY_FILE)))
  )
    return false;
  // One commit of history is there whatever was fetched.
  return depth === 1 || !(await isThere(path.join(mirror, 'shallow')));
}

/** The next fetch asks the server again. */
export async function forget(mirror: string, wanted: Wanted): Promise<void> {
  await rm(path.join(mirror, commitRef(wanted)), { force: true });
}

/** What is used last goes last. */
export async function touch(mirror: string): Promise<void> {
  const now = new Date();
  // One that is made first is touched by that.
  await utimes(path.join(mirror, READY_FILE), now, now).catch(() => undefined);
}

/** When it was used last, milliseconds since the epoch. */
export async function lastUse(mirror: string): Promise<number> {
  const found = await stat(path.join(mirror, READY_FILE)).catch(() => stat(mirror));
  return found.mtimeMs;
}

/** Commits at which the mirror's own history ends. */
export async function shallowOf(mirror: string): Promise<readonly string[]> {
  const text = await readFile(path.join(mirror, 'shallow'), 'utf8').catch(() => '');
  return text.split('\n').filter(Boolean);
}

/** The object that a tag points to, or the commit when the tag is not (any more) this commit's. */
export async function tagObject(command: GitCommand, mirror: string, wanted: Wanted): Promise<string> {
  if (wanted.tag === undefined) return wanted.sha;
  const ref = refKey(`refs/tags/${wanted.tag}`);
  const found = (await writtenIn(mirror, ref)) ?? (await revision(command, mirror, ref));
  if (found === undefined || found === wanted.sha) return wanted.sha;
  return (await revision(command, mirror, `${found}^{commit}`)) === wanted.sha ? found : wanted.sha;
}

/** What a fetch wrote into a ref, without a process of git; undefined: it is kept in another way, or not there. */
async function writtenIn(mirror: string, ref: string): Promise<string | undefined> {
  const text = await readFile(path.join(mirror, ref), 'utf8').catch(() => '');
  return /^[0-9a-f]{40,64}$/.exec(text.trim())?.[0];
}

async function fetch(
  command: GitCommand,
  mirror: string,
  url: string,
  wanted: Wanted,
  options: FetchOptions,
): Promise<void> {
  // Every one begins with a plus and a fixed word: none can be taken for an option.
  const refspecs = [
    `+${wanted.sha}:${commitRef(wanted)}`,
    ...(wanted.tag === undefined ? [] : [`+refs/tags/${wanted.tag}:${refKey(`refs/tags/${wanted.tag}`)}`]),
  ];
  const flags = [
    ...(await negotiationTips(mirror, wanted, options.base)),
    ...(await depthFlags(mirror, options.depth)),
  ];
  try {
    await runGit(command, [
      ...['-C', mirror, 'fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--no-auto-maintenance'],
      ...['--no-recurse-submodules', ...flags, '--', url, ...refspecs],
    ]);
  } catch (error) {
    throw error instanceof GitFailed ? new FetchFailed(error.message, { cause: error }) : error;
  }
}

/** A tag's commit has a ref of its own: the tag may have moved. */
function commitRef({ ref, tag }: Wanted): string {
  return refKey(tag === undefined ? ref : `commit of ${ref}`);
}

/**
 * A server is told what we have by the commits of this branch and the default one: of all refs, hundreds of
 * pull requests would go through its hands one by one.
 */
async function negotiationTips(mirror: string, wanted: Wanted, base: string): Promise<readonly string[]> {
  const refs = [...new Set([commitRef(wanted), refKey(base)])];
  const known = await Promise.all(refs.map((ref) => isThere(path.join(mirror, ref))));
  return refs.filter((_, index) => known[index]).map((ref) => `--negotiation-tip=${ref}`);
}

/** A mirror that had a part of the history gets all of it when that is asked for. */
async function depthFlags(mirror: string, depth: number | undefined): Promise<readonly string[]> {
  if (depth !== undefined) return [`--depth=${depth}`];
  return (await isThere(path.join(mirror, 'shallow'))) ? ['--unshallow'] : [];
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
