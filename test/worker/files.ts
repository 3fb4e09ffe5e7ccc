import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A file's text, or `-> target` for a link; a name that ends in a slash is an empty directory. */
export type Files = Readonly<Record<string, string>>;

/** A directory with these in it. */
export function directoryOf(files: Files = {}): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'cyclone-files-'));
  fill(directory, files);
  return directory;
}

export function fill(directory: string, files: Files): void {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(directory, name);
    mkdirSync(path.dirname(file), { recursive: true });
    if (name.endsWith('/')) mkdirSync(file, { recursive: true });
    else if (text.startsWith('-> ')) symlinkSync(text.slice(3), file);
    else writeFileSync(file, text);
  }
}

/** What a directory holds, as {@link fill} takes it; directories that hold something are not named. */
export function filesIn(directory: string): Files {
  const names = readdirSync(directory, { recursive: true, withFileTypes: true });
  const files = names.flatMap((entry): [string, string][] => {
    const file = path.join(entry.parentPath, entry.name);
    const name = path.relative(directory, file);
    if (entry.isSymbolicLink()) return [[name, `-> ${readlinkSync(file)}`]];
    if (!entry.isDirectory()) return [[name, readFileSync(file, 'utf8')]];
    return readdirSync(file).length === 0 ? [[`${name}/`, '']] : [];
  });
  return Object.fromEntries(files.sort(([a], [b]) => (a < b ? -1 : 1)));
}
