import { gitMaybe, gitText } from './git.js';

/** A file that differs between two commits, renames found as GitHub finds them. */
export interface FileDiff {
  readonly path: string;
  /** Of a file that was renamed. */
  readonly previous: string | undefined;
  readonly status: 'added' | 'removed' | 'modified' | 'renamed';
  /** The blob that is there now; of a removed file the one that was. */
  readonly sha: string;
  readonly additions: number;
  readonly deletions: number;
}

export async function mergeBase(directory: string, one: string, other: string): Promise<string | undefined> {
  return gitMaybe(directory, ['merge-base', one, other]);
}

export async function diffFiles(directory: string, from: string, to: string): Promise<FileDiff[]> {
  const args = ['diff-tree', '-r', '-M', '--no-abbrev', from, to];
  const numbers = await gitText(directory, [...args, '--numstat', '-z']);
  const files: FileDiff[] = [];
  // ":<mode> <mode> <sha> <sha> <status> NUL <path> NUL [<new path> NUL]"
  const fields = (await gitText(directory, [...args, '--raw', '-z'])).split('\0').values();
  for (const head of fields) {
    if (!head.startsWith(':')) continue;
    const [, , before = '', after = '', letter = ''] = head.split(' ');
    const first = fields.next().value ?? '';
    const previous = letter.startsWith('R') ? first : undefined;
    const path = previous === undefined ? first : (fields.next().value ?? '');
    const sha = letter === 'D' ? before : after;
    files.push({ path, previous, sha, status: statusOf(letter), ...linesOf(numbers, path) });
  }
  return files;
}

function statusOf(letter: string): FileDiff['status'] {
  if (letter.startsWith('R')) return 'renamed';
  if (letter === 'A') return 'added';
  return letter === 'D' ? 'removed' : 'modified';
}

/** "<added> TAB <deleted> TAB <path> NUL", of a rename "… TAB NUL <old> NUL <new> NUL"; dashes of a binary file. */
function linesOf(numstat: string, path: string): Pick<FileDiff, 'additions' | 'deletions'> {
  const fields = numstat.split('\0');
  const plain = fields.find((field) => field.split('\t')[2] === path);
  const renamed = fields[fields.lastIndexOf(path) - 2];
  const [additions, deletions] = (plain ?? renamed ?? '').split('\t');
  return { additions: Number(additions) || 0, deletions: Number(deletions) || 0 };
}
