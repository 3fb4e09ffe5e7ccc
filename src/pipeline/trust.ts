import type { Repository, Trigger } from './model.js';

/** Whether a run may use what policy refuses otherwise: its repository is listed and the code is not a fork's. */
export function isTrusted(
  repository: Pick<Repository, 'owner' | 'name'>,
  trigger: Pick<Trigger, 'fork'>,
  globs: readonly string[],
): boolean {
  return !trigger.fork && globs.some((glob) => repositoryMatches(glob, repository));
}

/** `owner/repo`, where `*` stands for any part of one of the two names. GitHub's names ignore case. */
export function repositoryMatches(
  glob: string,
  { owner, name }: Pick<Repository, 'owner' | 'name'>,
): boolean {
  const pattern = glob
    .split('*')
    .map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    .join('[^/]*');
  return new RegExp(`^${pattern}$`, 'i').test(`${owner}/${name}`);
}
