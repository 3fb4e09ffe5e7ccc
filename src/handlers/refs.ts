/** Exact prefixes: Cyclone v0.2 took a branch called `tags-x` for a release. */
const BRANCH = 'refs/heads/';
const TAG = 'refs/tags/';
/** The merge queue's branches. */
const QUEUE = 'gh-readonly-queue/';

/** The branch's name; undefined: no branch. */
export function branchOf(ref: string): string | undefined {
  return ref.startsWith(BRANCH) ? ref.slice(BRANCH.length) : undefined;
}

export function tagOf(ref: string): string | undefined {
  return ref.startsWith(TAG) ? ref.slice(TAG.length) : undefined;
}

/** @param branch without `refs/heads/` */
export function isQueue(branch: string): boolean {
  return branch.startsWith(QUEUE);
}
