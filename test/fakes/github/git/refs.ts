import { gitText } from './git.js';

export const NO_COMMIT = '0'.repeat(40);

/** One ref as a push moved it. */
export interface RefChange {
  /** `refs/heads/…` or `refs/tags/…` */
  readonly ref: string;
  /** {@link NO_COMMIT} when it was created. */
  readonly before: string;
  /** {@link NO_COMMIT} when it was deleted. For an annotated tag the tag object. */
  readonly after: string;
}

export type RefSnapshot = ReadonlyMap<string, string>;

export async function snapshotRefs(directory: string, ...patterns: string[]): Promise<RefSnapshot> {
  const args = ['for-each-ref', '--format=%(refname) %(objectname)', ...patterns];
  const lines = (await gitText(directory, args)).split('\n').filter((line) => line !== '');
  return new Map(lines.map((line) => line.split(' ') as [string, string]));
}

export function diffRefs(before: RefSnapshot, after: RefSnapshot): RefChange[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((ref) => ({ ref, before: before.get(ref) ?? NO_COMMIT, after: after.get(ref) ?? NO_COMMIT }))
    .filter((change) => change.before !== change.after);
}

/** Refs that a user may push to: what the repository keeps for pull requests is not among them. */
export const PUSHED_REFS = ['refs/heads', 'refs/tags'];
