import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { StageFailed } from './stage-failed.js';

/**
 * The real path of `relative` under `root`, every link followed; `root` is a real path.
 * @throws StageFailed `workspace` when it does not exist or is not inside
 */
export async function resolveInside(root: string, relative: string, what: string): Promise<string> {
  if (relative.includes('\0') || path.isAbsolute(relative)) throw outside(what, relative);
  // Before the disk is asked: `../x` must not tell what exists out there.
  if (!isInside(root, path.join(root, relative))) throw outside(what, relative);
  let real: string;
  try {
    real = await realpath(path.join(root, relative));
  } catch (error) {
    throw new StageFailed('workspace', `${what}: ${relative} does not exist in the workspace`, {
      cause: error,
    });
  }
  if (!isInside(root, real)) throw outside(what, relative);
  return real;
}

/** By components: `/ws/10` is not inside `/ws/1`. */
export function isInside(root: string, candidate: string): boolean {
  const relative = path.relative(root, candidate);
  return relative === '' || (relative.split(path.sep)[0] !== '..' && !path.isAbsolute(relative));
}

function outside(what: string, relative: string): StageFailed {
  return new StageFailed('workspace', `${what}: ${relative} is outside the workspace`);
}
