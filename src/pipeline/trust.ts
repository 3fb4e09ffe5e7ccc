import type { Repository, Trigger } from './model.js';

/** Whether a run may use what policy refuses otherwise: its repository is listed and the code is not a fork's. */
export function isTrusted(
  repository: Pick<Repository, 'owner' | 'name'>,
  trigger: Pick<Trigger, 'fork'>,
  globs: readonly string[],
): boolean {
  const name = `${repository.owner}/${repository.name}`;
  return !trigger.fork && globs.some((glob) => globMatches(glob, name));
}

/** `owner/repo`, where `*` stands for any part of one of the two names. GitHub's names ignore case. */
function globMatches(glob: string, name: string): boolean {
  const pattern = glob
    .split('*')
    .map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    .join('[^/]*');
  return new RegExp(`^${pattern}$`, 'i').test(name);
}
