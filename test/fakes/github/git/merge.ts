import { git, gitMaybe, gitText } from './git.js';

/** Copies one commit and its history from another repository on this disk, under a ref of ours. */
export async function copyCommit(directory: string, from: string, sha: string, ref: string): Promise<void> {
  await git(directory, ['fetch', '--quiet', '--no-tags', from, `+${sha}:${ref}`]);
}

/** Merges two commits on trial. @returns the merge commit's sha, or `undefined` for a conflict */
export async function tryMerge(directory: string, base: string, head: string): Promise<string | undefined> {
  const tree = await gitMaybe(directory, ['merge-tree', '--write-tree', base, head]);
  if (tree === undefined) return undefined;
  const who = ['-c', 'user.name=GitHub', '-c', 'user.email=noreply@github.test'];
  const args = ['commit-tree', tree, '-p', base, '-p', head, '-m', `Merge ${head} into ${base}`];
  return (await gitText(directory, [...who, ...args])).trim();
}

export interface DiffStat {
  readonly commits: number;
  readonly additions: number;
  readonly deletions: number;
  readonly changed_files: number;
}

/** What `head` would bring to `base`. */
export async function diffStat(directory: string, base: string, head: string): Promise<DiffStat> {
  const commits = await gitText(directory, ['rev-list', '--count', head, `^${base}`]);
  const files = await gitMaybe(directory, ['diff', '--numstat', `${base}...${head}`]);
  const lines = (files ?? '').split('\n').filter((line) => line !== '');
  // A binary file has dashes for numbers.
  const sum = (column: number): number =>
    lines.reduce((total, line) => total + (Number(line.split('\t')[column]) || 0), 0);
  return {
    commits: Number(commits),
    additions: sum(0),
    deletions: sum(1),
    changed_files: lines.length,
  };
}
