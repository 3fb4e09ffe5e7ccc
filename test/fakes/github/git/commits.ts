import { GitFailed, git, gitMaybe, gitText } from './git.js';
import { immutable } from './immutable.js';
import { NO_COMMIT } from './refs.js';

export interface Signature {
  readonly name: string;
  readonly email: string;
  /** ISO 8601 with the author's own offset. */
  readonly date: string;
}

export interface Commit {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
}

export interface FileChange {
  readonly status: 'added' | 'removed' | 'modified';
  readonly path: string;
}

const FORMAT = ['%H', '%T', '%P', '%an', '%ae', '%aI', '%cn', '%ce', '%cI', '%B'].join('%x00');
const FIELDS = 10;

const KEPT_COMMITS = 20_000;
const KEPT_BLOBS = 500;
const KEPT_BLOB_BYTES = 64 * 1024;

/** Reads commits in the order of `git log` with these arguments. */
export async function readCommits(directory: string, args: readonly string[]): Promise<Commit[]> {
  const fields = (await gitText(directory, ['log', '-z', `--format=${FORMAT}`, ...args])).split('\0');
  const commits: Commit[] = [];
  for (let at = 0; at + FIELDS <= fields.length; at += FIELDS)
    commits.push(parse(fields.slice(at, at + FIELDS)));
  return commits;
}

function parse(fields: string[]): Commit {
  const [sha, tree, parents, an, ae, ad, cn, ce, cd, body] = fields as [
    ...[string, string, string],
    ...[string, string, string],
    ...[string, string, string],
    string,
  ];
  return {
    sha,
    tree,
    parents: parents.split(' ').filter((parent) => parent !== ''),
    author: { name: an, email: ae, date: ad },
    committer: { name: cn, email: ce, date: cd },
    message: body.replace(/\n+$/, ''),
  };
}

export const readCommit = immutable(
  KEPT_COMMITS,
  async (directory, name): Promise<Commit | undefined> =>
    (await readCommits(directory, ['--no-walk', '--end-of-options', name]))[0],
);

/** What a commit changed against its first parent; everything for a root commit. */
export async function readChanges(directory: string, sha: string): Promise<FileChange[]> {
  const shared = ['-r', '--root', '--no-commit-id', '--name-status', '--no-renames', '-z'];
  const args = ['diff-tree', ...shared, '-m', '--first-parent', sha];
  const fields = (await gitText(directory, args)).split('\0');
  const changes: FileChange[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2)
    changes.push({ status: statusOf(fields[at] ?? ''), path: fields[at + 1] ?? '' });
  return changes;
}

function statusOf(letter: string): FileChange['status'] {
  if (letter === 'A') return 'added';
  return letter === 'D' ? 'removed' : 'modified';
}

/**
 * The commit that a name means: a sha or the beginning of one, a branch, a tag, or a ref without `refs/`.
 * @returns `undefined` when nothing of that name leads to a commit
 */
export async function resolveCommit(directory: string, name: string): Promise<string | undefined> {
  const known = /^[0-9a-f]{40}$/.test(name) ? await commitOf(directory, name) : undefined;
  if (known !== undefined) return known;
  const hex = /^[0-9a-f]{4,40}$/.test(name) ? [name] : [];
  const refs = [`refs/heads/${name}`, `refs/tags/${name}`, `refs/${name}`];
  for (const candidate of [...hex, ...refs, ...(name.startsWith('refs/') || name === 'HEAD' ? [name] : [])]) {
    const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${candidate}^{commit}`];
    const sha = await gitMaybe(directory, args);
    if (sha !== undefined) return sha.split('\n').at(-1);
  }
  return undefined;
}

async function commitOf(directory: string, sha: string): Promise<string | undefined> {
  try {
    return (await readCommit(directory, sha))?.sha;
  } catch (error) {
    if (error instanceof GitFailed) return undefined;
    throw error;
  }
}

/** Is `ancestor` in the history of `sha`? False when either is no commit. */
export async function isAncestor(directory: string, ancestor: string, sha: string): Promise<boolean> {
  if (ancestor === NO_COMMIT || sha === NO_COMMIT) return false;
  return (await gitMaybe(directory, ['merge-base', '--is-ancestor', ancestor, sha])) !== undefined;
}

/** The type of an object, such as `commit` or `tag`. */
export async function objectType(directory: string, sha: string): Promise<string | undefined> {
  return gitMaybe(directory, ['cat-file', '-t', sha]);
}

export const readBlob = immutable(
  KEPT_BLOBS,
  (directory, sha): Promise<Buffer> => git(directory, ['cat-file', 'blob', sha]),
  ({ length }) => length <= KEPT_BLOB_BYTES,
);
