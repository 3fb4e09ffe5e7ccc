import { CheckoutFailed } from '../../worker/ports.js';
import { type GitCommand, runGit } from './git-command.js';
import { listTree } from './tree.js';

/** A place in a commit's tree that holds a commit of another repository. */
export interface Submodule {
  /** As `.gitmodules` calls it. */
  readonly name: string;
  readonly path: string;
  /** As written. */
  readonly url: string;
  readonly sha: string;
}

const GITMODULES = '.gitmodules';
const GITLINK = '160000:';

/** The submodules of a commit that is in the mirror, but for those that say `update = none`. @throws CheckoutFailed */
export async function listSubmodules(
  command: GitCommand,
  mirror: string,
  sha: string,
): Promise<readonly Submodule[]> {
  const tree = await listTree(command, mirror, sha);
  const links = tree.filter(({ id }) => id.startsWith(GITLINK));
  if (links.length === 0) return [];
  // git has refused to check it out when it is a link.
  const described = tree.some(({ path }) => path === GITMODULES);
  const entries = described ? await readGitmodules(command, mirror, sha) : [];
  return links.flatMap(({ path, id }) => {
    const entry = entries.findLast((one) => one.path?.replace(/\/+$/, '') === path);
    if (entry?.url === undefined) {
      throw new CheckoutFailed(
        `submodule ${path}: ${GITMODULES} has no url for it; add one, or take it out: git rm --cached ${path}`,
      );
    }
    if (entry.name.split(/[/\\]/).includes('..'))
      throw new CheckoutFailed(`submodule ${path}: its name ${JSON.stringify(entry.name)} climbs out`);
    if (entry.update === 'none') return [];
    return [{ name: entry.name, path, url: entry.url, sha: id.slice(GITLINK.length) }];
  });
}

interface Entry {
  readonly name: string;
  readonly path?: string;
  readonly url?: string;
  readonly update?: string;
}

/** By git itself, from the commit and not from the workspace; nothing that it includes is read. */
async function readGitmodules(command: GitCommand, mirror: string, sha: string): Promise<readonly Entry[]> {
  const listed = await runGit(command, [
    ...['-C', mirror, 'config', '--no-includes', `--blob=${sha}:${GITMODULES}`, '--list', '-z'],
  ]);
  const entries = new Map<string, Record<string, string>>();
  for (const line of listed.split('\0')) {
    const [, name, key, value] = /^submodule\.(.*)\.(path|url|update)\n(.*)$/s.exec(line) ?? [];
    if (name === undefined || key === undefined || value === undefined) continue;
    entries.set(name, { ...entries.get(name), [key]: value });
  }
  return [...entries].map(([name, given]) => ({ ...given, name }));
}
