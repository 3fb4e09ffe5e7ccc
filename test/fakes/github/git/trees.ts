import { readCommit } from './commits.js';
import { git, gitMaybe } from './git.js';
import { immutable } from './immutable.js';

export interface TreeEntry {
  readonly mode: string;
  readonly type: 'blob' | 'tree' | 'commit';
  readonly sha: string;
  /** Of a blob, in bytes. */
  readonly size: number | undefined;
  readonly path: string;
}

/** Entries of a tree or a commit's tree; with `recursive` those of its directories too. */
export async function readTree(
  directory: string,
  treeish: string,
  options: { readonly recursive: boolean },
): Promise<TreeEntry[]> {
  const depth = options.recursive ? ['-r', '-t'] : [];
  return parse(await git(directory, ['ls-tree', '-z', '-l', '--full-tree', ...depth, treeish]));
}

/** The entry at a path of a commit; `undefined` when there is none. */
export async function readEntry(
  directory: string,
  commit: string,
  path: string,
): Promise<TreeEntry | undefined> {
  // By its tree: commits that change nothing of it share what is remembered.
  return entryOf(directory, (await readCommit(directory, commit))?.tree ?? commit, path);
}

const KEPT_ENTRIES = 20_000;

const entryOf = immutable(
  KEPT_ENTRIES,
  async (directory, tree, path: string): Promise<TreeEntry | undefined> => {
    const args = ['ls-tree', '-z', '-l', '--full-tree', tree, '--', path];
    return parse(await git(directory, args)).find((entry) => entry.path === path);
  },
);

/** The tree's own sha, for a tree or anything that leads to one. */
export async function resolveTree(directory: string, name: string): Promise<string | undefined> {
  return gitMaybe(directory, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{tree}`]);
}

// "<mode> SP <type> SP <sha> SP+ <size or -> TAB <path> NUL"
function parse(listing: Buffer): TreeEntry[] {
  const lines = listing.toString().split('\0');
  return lines.flatMap((line) => {
    const [, mode, type, sha, size, path] = /^(\d+) (\w+) (\w+) +(\S+)\t([^]*)$/.exec(line) ?? [];
    if (mode === undefined || sha === undefined || path === undefined) return [];
    return [
      { mode, type: type as TreeEntry['type'], sha, size: size === '-' ? undefined : Number(size), path },
    ];
  });
}
