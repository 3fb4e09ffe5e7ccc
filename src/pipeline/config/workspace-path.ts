/**
 * A path of the file, relative to the workspace's root. v0.2 put the root before whatever was
 * written, so that `/app` was `app`; the root itself is `.`.
 */
export function workspacePath(text: string): string {
  const path = text.replace(/^\/+/, '');
  return path === '' ? '.' : path;
}

/**
 * Climbs above its start at some point, by its text alone: `a/../../b` does, `..a` does not.
 * (Symbolic links are for the worker, which has the files.)
 */
export function climbsOut(path: string): boolean {
  let depth = 0;
  for (const part of path.split('/')) {
    if (part === '..') depth--;
    else if (part !== '' && part !== '.') depth++;
    if (depth < 0) return true;
  }
  return false;
}
