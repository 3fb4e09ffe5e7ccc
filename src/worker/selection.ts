import type { Stats } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import path from 'node:path';
import { compileGlobs } from '../pipeline/globs.js';
import { type ArchiveLimits, ArchiveRefused } from './archive-rules.js';

/** Something of the workspace that is kept; `path` is relative, with slashes. */
export type SelectedEntry = {
  readonly path: string;
  readonly mode: number;
  /** milliseconds since the epoch */
  readonly modified: number;
} & (
  | { readonly kind: 'directory' }
  | { readonly kind: 'file'; readonly size: number }
  | { readonly kind: 'link'; readonly target: string }
);

export interface Selection {
  /** In the order of their paths, which is the same on every machine. */
  readonly entries: readonly SelectedEntry[];
  /** Patterns that match nothing. */
  readonly missing: readonly string[];
  /** Links that lead out of the root, where they are not wanted. */
  readonly leftOut: readonly string[];
}

export interface SelectionOptions {
  readonly limits: ArchiveLimits;
  /** Links that lead out of the root too: to be laid out where they came from. Elsewhere they would lead anywhere. */
  readonly allLinks?: boolean;
}

/**
 * What the patterns take of a directory: files, links, and directories with all that is in them. The last
 * pattern that matches decides, and `!` takes away. Links are never followed; `.git` of the root is never taken.
 * @throws ArchiveRefused when it is more than `limits`, or has a name or a depth that cannot be kept
 */
export async function selectFiles(
  root: string,
  patterns: readonly string[],
  { limits, allLinks = false }: SelectionOptions,
): Promise<Selection> {
  const rules = patterns.map(ruleOf);
  const found: Found = { root, rules, limits, allLinks, bytes: 0, entries: [], leftOut: [], hit: new Set() };
  await walk(
    found,
    '',
    rules.map(() => false),
  );
  return {
    entries: found.entries.sort((a, b) => (a.path < b.path ? -1 : 1)),
    missing: patterns.filter((_, index) => rules[index]?.negated === false && !found.hit.has(index)),
    leftOut: found.leftOut.sort(),
  };
}

/** A pattern that stands for a path whatever characters it has. */
export function literalPattern(name: string): string {
  return name.replaceAll(/[\\*?[\]{},!]/g, String.raw`\$&`);
}

interface Rule {
  readonly negated: boolean;
  matches(path: string): boolean;
  /** Nothing outside this directory can match; empty: the root. */
  readonly base: string;
}

interface Found {
  readonly root: string;
  readonly rules: readonly Rule[];
  readonly limits: ArchiveLimits;
  readonly allLinks: boolean;
  bytes: number;
  readonly entries: SelectedEntry[];
  readonly leftOut: string[];
  /** Numbers of the rules that matched something. */
  readonly hit: Set<number>;
}

function ruleOf(pattern: string): Rule {
  const negated = pattern.startsWith('!');
  const glob = (negated ? pattern.slice(1) : pattern).replace(/^(?:\.\/+)+/, '').replace(/\/+$/, '');
  if (glob === '' || glob === '.') return { negated, matches: () => true, base: '' };
  const plain = glob.split('/');
  const special = plain.findIndex((part) => /[\\*?[{]/.test(part));
  // A leading `!` of what is left would be read as another negation.
  const matches =
    special === -1 ? (text: string) => text === glob : compileGlobs([glob.replace(/^!/, String.raw`\!`)]);
  return { negated, matches, base: (special === -1 ? plain : plain.slice(0, special)).join('/') };
}

/** @param covered by rule: it took a directory above, and so everything in it */
async function walk(found: Found, folder: string, covered: readonly boolean[]): Promise<void> {
  const stats = await statsIn(found.root, folder);
  for (const [child, stat] of stats) {
    if (folder === '' && child === '.git') continue;
    const name = folder === '' ? child : `${folder}/${child}`;
    const taken = found.rules.map((rule, index) => covered[index] === true || rule.matches(name));
    for (const [index, isTaken] of taken.entries()) if (isTaken) found.hit.add(index);
    const held = holds(found.rules, taken);
    if (stat === undefined) {
      if (held) throw new ArchiveRefused(`the name of ${name} is not UTF-8`);
      continue;
    }
    const common = { path: name, mode: stat.mode & 0o777, modified: stat.mtimeMs };
    if (stat.isDirectory()) {
      if (held) take(found, { ...common, kind: 'directory' });
      if (held || mayHoldBelow(found.rules, name)) await walk(found, name, taken);
    } else if (!held) continue;
    else if (stat.isFile()) take(found, { ...common, kind: 'file', size: stat.size });
    else if (stat.isSymbolicLink()) {
      const target = await readlink(path.join(found.root, name));
      if (!found.allLinks && leadsOut(name, target)) found.leftOut.push(name);
      else take(found, { ...common, kind: 'link', target });
    }
  }
}

/** What stands in the folder. No stats: its name has bytes that are no text, and nothing finds it by that. */
async function statsIn(
  root: string,
  folder: string,
): Promise<readonly (readonly [string, Stats | undefined])[]> {
  try {
    const children = await readdir(path.join(root, folder));
    return await Promise.all(
      children.map(async (child) => [child, await statOf(path.join(root, folder, child))] as const),
    );
  } catch (error) {
    // In a container the same path is shorter.
    if (codeOf(error) !== 'ENAMETOOLONG') throw error;
    throw new ArchiveRefused(`${folder.slice(0, 60)}… is too deep`, { cause: error });
  }
}

async function statOf(file: string): Promise<Stats | undefined> {
  try {
    return await lstat(file);
  } catch (error) {
    const isGarbled = file.includes('\uFFFD') && ['ENOENT', 'ENAMETOOLONG'].includes(codeOf(error) ?? '');
    if (isGarbled) return undefined;
    throw error;
  }
}

function codeOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
}

function take(found: Found, entry: SelectedEntry): void {
  found.entries.push(entry);
  if (entry.kind === 'file') found.bytes += entry.size;
  const { bytes, entries } = found.limits;
  if (found.entries.length > entries) throw new ArchiveRefused(`more than ${entries} files`);
  if (found.bytes > bytes) throw new ArchiveRefused(`more than ${bytes} bytes`);
}

/** As in a list of globs: one that begins with `!` begins with everything. */
function holds(rules: readonly Rule[], taken: readonly boolean[]): boolean {
  let held = rules[0]?.negated ?? false;
  for (const [index, { negated }] of rules.entries()) if (taken[index] === true) held = !negated;
  return held;
}

function mayHoldBelow(rules: readonly Rule[], folder: string): boolean {
  return rules.some(
    ({ negated, base }, index) =>
      (index === 0 && negated) ||
      (!negated &&
        (base === '' || `${base}/`.startsWith(`${folder}/`) || `${folder}/`.startsWith(`${base}/`))),
  );
}

function leadsOut(name: string, target: string): boolean {
  if (path.posix.isAbsolute(target)) return true;
  const end = path.posix.join(path.posix.dirname(name), target);
  return end === '..' || end.startsWith('../');
}
