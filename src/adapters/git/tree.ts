import type { TreeFile } from '../../worker/ports.js';
import { type GitCommand, runGit } from './git-command.js';

/** Every file of a commit that is in the mirror; a submodule is one file. @throws CheckoutFailed */
export async function listTree(
  command: GitCommand,
  mirror: string,
  sha: string,
): Promise<readonly TreeFile[]> {
  // -z: names as they are, without git's quotes.
  const listed = await runGit(command, ['-C', mirror, 'ls-tree', '-r', '-z', '--full-tree', sha, '--']);
  return listed.split('\0').flatMap((entry) => {
    const tab = entry.indexOf('\t');
    const [mode = '', , id = ''] = entry.slice(0, tab).split(' ');
    return tab === -1 ? [] : [{ path: entry.slice(tab + 1), id: `${mode}:${id}` }];
  });
}
