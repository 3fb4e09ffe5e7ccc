import type { Stats } from 'node:fs';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import path from 'node:path';
import type { Pack } from 'tar-stream';
import { addFile, writeArchive } from './archive-writer.js';
import { type IgnoreRules, parseDockerignore } from './dockerignore.js';
import { StageFailed } from './stage-failed.js';

export interface BuildContextSource {
  /** Real path of the context. */
  readonly directory: string;
  /** Relative to it. */
  readonly dockerfile: string;
}

/**
 * The context as a tar stream: links stay links and are never followed, sockets and devices are
 * left out, owners are root's so that the cache holds across machines.
 * @throws StageFailed `workspace` when a name that is not ignored is no text
 */
export async function* buildContext(source: BuildContextSource): AsyncGenerator<Buffer> {
  const rules = await readIgnoreRules(source);
  yield* writeArchive((tar) => addDirectory(tar, source.directory, '', rules));
}

async function readIgnoreRules({ directory, dockerfile }: BuildContextSource): Promise<IgnoreRules> {
  const always = new Set([dockerfile, `${dockerfile}.dockerignore`, '.dockerignore']);
  const text =
    (await readRegularFile(path.join(directory, `${dockerfile}.dockerignore`))) ??
    (await readRegularFile(path.join(directory, '.dockerignore'))) ??
    '';
  const rules = parseDockerignore(text);
  return {
    ignores: (file) => !always.has(file) && rules.ignores(file),
    mayRestoreIn: (folder) =>
      rules.mayRestoreIn(folder) || [...always].some((file) => file.startsWith(`${folder}/`)),
  };
}

async function readRegularFile(file: string): Promise<string | undefined> {
  const stats = await lstat(file).catch(() => undefined);
  return stats?.isFile() ? await readFile(file, 'utf8') : undefined;
}

async function addDirectory(tar: Pack, root: string, folder: string, rules: IgnoreRules): Promise<void> {
  const children = await readdir(path.join(root, folder));
  for (const child of children.sort()) {
    const name = folder === '' ? child : `${folder}/${child}`;
    const file = path.join(root, name);
    const ignored = rules.ignores(name);
    const stats = await statOf(file);
    if (stats === undefined) {
      if (ignored) continue;
      throw new StageFailed('workspace', `the name of ${name} is not UTF-8; .dockerignore can leave it out`);
    }
    const header = { name, mode: stats.mode & 0o7777, mtime: stats.mtime };
    if (stats.isDirectory()) {
      if (ignored && !rules.mayRestoreIn(name)) continue;
      if (!ignored) tar.entry({ ...header, type: 'directory' });
      await addDirectory(tar, root, name, rules);
    } else if (ignored) continue;
    else if (stats.isSymbolicLink()) {
      tar.entry({ ...header, type: 'symlink', linkname: await readlink(file) });
    } else if (stats.isFile()) await addFile(tar, file, header);
  }
}

/** None: the name has bytes that are no text, and nothing finds the file by it. */
async function statOf(file: string): Promise<Stats | undefined> {
  try {
    return await lstat(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (file.includes('\uFFFD') && (code === 'ENOENT' || code === 'ENAMETOOLONG')) return undefined;
    throw error;
  }
}
