import type { Repository } from '../pipeline/model.js';
import type { PullRequest, PullRequests, RunRecord, RunStore } from './ports.js';
import { pullScope } from './scope.js';

/** Where a pull request stands, and the newest run of that commit: its own, or one that stands for it. */
export interface PullHead {
  readonly pull: PullRequest;
  readonly run: RunRecord | undefined;
}

/** Undefined: there is no such pull request. */
export async function pullHead(
  { store, pulls }: { readonly store: RunStore; readonly pulls: PullRequests },
  repository: Repository,
  number: number,
): Promise<PullHead | undefined> {
  const pull = await pulls.get(repository, number);
  if (pull === undefined) return undefined;
  const stands = ({ scope, trigger }: RunRecord): boolean =>
    scope === pullScope(number) || (!pull.fork && !trigger.fork && /^(?:branch|pull):/.test(scope));
  const runs = await store.ofCommit(repository.id, pull.sha);
  return { pull, run: runs.find(stands) };
}
