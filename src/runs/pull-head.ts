import type { Repository } from '../pipeline/model.js';
import type { PullRequest, PullRequests, RunRecord, RunStore } from './ports.js';
import { branchScope, pullScope } from './scope.js';

/** Where a pull request stands, and the newest run of that commit: its own, or its branch's. */
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
  const scopes = [pullScope(number), ...(pull.fork ? [] : [branchScope(pull.headRef)])];
  const runs = await store.ofCommit(repository.id, pull.sha);
  return { pull, run: runs.find(({ scope }) => scopes.includes(scope)) };
}
