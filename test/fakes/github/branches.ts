import { git } from './git/git.js';
import type { Pushes } from './pushes.js';
import type { Account, Repository } from './state/model.js';

/** Puts a branch on a commit that is there already, or removes it, as a push would. */
export async function moveBranch(
  pushes: Pushes,
  { repository, by }: { readonly repository: Repository; readonly by: Account },
  branch: string,
  sha: string | undefined,
): Promise<void> {
  const ref = `refs/heads/${branch}`;
  const args = sha === undefined ? ['update-ref', '-d', ref] : ['update-ref', ref, sha];
  await pushes(repository, by, () => git(repository.directory, args));
}
