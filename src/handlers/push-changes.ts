import { z } from 'zod';
import type { Changes } from '../runs/ports.js';
import { beforeOf, SHA } from './payload.js';

/**
 * GitHub lists so many commits of a push and no more.
 * https://docs.github.com/en/webhooks/webhook-events-and-payloads#push
 */
const MOST_COMMITS = 2048;
/** What an entry of the intake queue should hold of paths; beyond, GitHub is asked. */
const MOST_PATHS = 3000;

const PATHS = z.array(z.string()).nullish();

export const PUSH_CHANGES = z.object({
  before: SHA.nullish(),
  created: z.boolean().nullish(),
  forced: z.boolean().nullish(),
  commits: z.array(z.object({ added: PATHS, removed: PATHS, modified: PATHS })).nullish(),
});

/**
 * What a push to a branch changed, from its payload where that is whole. Removed files count; of a renamed
 * one both names do.
 *
 * @returns undefined: it cannot be told, as for the first push of the default branch
 */
export function changesOf(
  push: z.infer<typeof PUSH_CHANGES>,
  {
    sha,
    branch,
    defaultBranch,
  }: { readonly sha: string; readonly branch: string; readonly defaultBranch: string },
): Changes | undefined {
  const { created, forced, commits } = push;
  const { before } = created === true ? {} : beforeOf(push.before);
  if (before === undefined) {
    return branch === defaultBranch
      ? undefined
      : { kind: 'compare', base: defaultBranch, head: sha, forced: false };
  }
  const paths = forced === true ? undefined : listed(commits ?? undefined);
  return paths === undefined
    ? { kind: 'compare', base: before, head: sha, forced: forced === true }
    : { kind: 'known', paths };
}

/** Undefined: the lists are not whole. */
function listed(commits: z.infer<typeof PUSH_CHANGES>['commits']): readonly string[] | undefined {
  if (commits === undefined || commits === null) return undefined;
  // No commit in a push that moved the branch is a list that was left out.
  if (commits.length === 0 || commits.length >= MOST_COMMITS) return undefined;
  const paths = new Set<string>();
  for (const { added, removed, modified } of commits) {
    for (const list of [added, removed, modified]) {
      if (list === undefined || list === null) return undefined;
      for (const path of list) paths.add(path);
    }
    if (paths.size > MOST_PATHS) return undefined;
  }
  return [...paths];
}
