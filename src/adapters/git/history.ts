import { type GitCommand, runGit } from './git-command.js';

/** Commits that one git lists: enough for the history that people ask for, little beside the rest of a checkout. */
const BATCH = 1000;

/**
 * Where a history of so many commits ends, as git's `shallow` has it: the commits that are `depth - 1`
 * steps from `sha` by their shortest way and have parents. None where it ends by itself before.
 */
export async function boundaryOf(
  command: GitCommand,
  mirror: string,
  sha: string,
  depth: number,
): Promise<readonly string[]> {
  const known = new Map<string, readonly string[]>();
  const seen = new Set([sha]);
  let level: readonly string[] = [sha];
  for (let step = 1; level.length > 0; step += 1) {
    // With every call the newest commit of those that are not known yet is, and most often all that follow.
    for (let open = unknown(level, known); open.length > 0; open = unknown(level, known)) {
      for (const [commit, parents] of await parentsFrom(command, mirror, open)) known.set(commit, parents);
    }
    const parentsOf = (commit: string): readonly string[] => known.get(commit) ?? [];
    if (step === depth) return level.filter((commit) => parentsOf(commit).length > 0);
    const next = new Set(level.flatMap(parentsOf).filter((commit) => !seen.has(commit)));
    for (const commit of next) seen.add(commit);
    level = [...next];
  }
  return [];
}

function unknown(commits: readonly string[], known: ReadonlyMap<string, unknown>): readonly string[] {
  return commits.filter((commit) => !known.has(commit));
}

async function parentsFrom(
  command: GitCommand,
  mirror: string,
  commits: readonly string[],
): Promise<readonly (readonly [commit: string, parents: readonly string[]])[]> {
  const listed = await runGit(
    command,
    ['-C', mirror, 'rev-list', '--parents', `--max-count=${BATCH}`, '--stdin'],
    commits.map((commit) => `${commit}\n`).join(''),
  );
  return listed
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [commit = '', ...parents] = line.split(' ');
      return [commit, parents] as const;
    });
}
