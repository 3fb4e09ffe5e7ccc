import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { CheckoutFailed } from '../../worker/ports.js';

/**
 * Where a submodule's files belong: a directory of the workspace itself. What was checked out before it may be
 * links, by which a submodule would be written into `.git` or elsewhere (CVE-2024-32002 and its kin).
 * @param inside relative, as the tree has it
 * @throws CheckoutFailed
 */
export async function submoduleDirectory(workspace: string, inside: string): Promise<string> {
  let directory = workspace;
  for (const name of inside.split('/')) {
    if (name === '' || name === '.' || name === '..' || name.toLowerCase() === '.git')
      throw new CheckoutFailed(`the path ${JSON.stringify(inside)} may not be written`);
    directory = path.join(directory, name);
    const found = await lstat(directory).catch(() => undefined);
    if (found?.isDirectory() !== true)
      throw new CheckoutFailed(`${JSON.stringify(inside)} is no directory of the workspace`);
  }
  return directory;
}
