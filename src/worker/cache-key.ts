import { createHash } from 'node:crypto';
import { compilePathPatterns } from '../pipeline/path-patterns.js';
import { fillPlaceholders, placeholdersIn } from '../pipeline/placeholders.js';
import type { TreeFile } from './ports.js';

export interface KeyValues {
  /** By name; what is not there is empty. */
  readonly variables: Readonly<Record<string, string>>;
  /** The commit's files; asked for when a key has a checksum. */
  tree(): Promise<readonly TreeFile[]>;
  /** A checksum of no file at all: most likely not what is meant. */
  unmatched(glob: string): void;
}

/** As long as GitHub's keys of caches. */
const LONGEST_KEY = 512;

/** @throws CheckoutFailed when a checksum is asked for and the commit cannot be read */
export async function fillKey(template: string, values: KeyValues): Promise<string> {
  const files = hasChecksum(template) ? await values.tree() : [];
  const key = fillPlaceholders(template, (placeholder) => {
    if (placeholder.kind === 'variable') return values.variables[placeholder.name] ?? '';
    const isMeant = compilePathPatterns([placeholder.glob]);
    const meant = files.filter(({ path }) => isMeant(path));
    if (meant.length === 0) values.unmatched(placeholder.glob);
    return checksum(meant);
  });
  return key.slice(0, LONGEST_KEY);
}

/** What a key with a checksum names never changes. */
export function hasChecksum(template: string): boolean {
  return placeholdersIn(template).some(({ kind }) => kind === 'checksum');
}

function checksum(files: readonly TreeFile[]): string {
  const hash = createHash('sha256');
  for (const { path, id } of files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    hash.update(`${path}\0${id}\0`);
  }
  // 80 bits tell apart more files than there will be, and a key stays readable.
  return hash.digest('hex').slice(0, 20);
}
