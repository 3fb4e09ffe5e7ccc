import type { Trigger } from '../pipeline/model.js';
import type { CancelRun } from './cancel.js';
import type { Departures } from './departures.js';
import type { Logger, PullRequests, RepositoryHistory, RunRecord, RunStore } from './ports.js';
import { branchScope, lineOf, shortSha } from './scope.js';

export interface LineDeps {
  readonly store: RunStore;
  readonly history: RepositoryHistory;
  readonly pulls: PullRequests;
  readonly cancel: CancelRun;
  readonly departures: Departures;
  readonly logger: Logger;
}

/**
 * Puts a run that is stored into its place among those of its branch or pull request. Where it is the newest,
 * it ends the older ones, but for those that have begun to publish or to deploy; where it came late, it ends
 * itself, and the newer ones go on. Two runs that come at once each see the other here, and agree.
 */
export type Supersede = (run: RunRecord, trigger: Trigger) => Promise<'newest' | 'overtaken'>;

export function createSupersede(deps: LineDeps): Supersede {
  return async (run, trigger) => {
    const scopes = lineOf(trigger);
    if (scopes === undefined) return 'newest';
    const line = (await deps.store.inScopes(run.repository.id, scopes)).filter(({ id }) => id !== run.id);
    const others = line.filter((other) => other.trigger.sha !== trigger.sha);
    const wasGone = deps.departures.has(run.repository.id, scopes);
    const isNext = !wasGone && follows(trigger, others);
    const by = isNext ? undefined : await overtakenBy(deps, run, trigger, others);
    if (by !== undefined) {
      deps.logger.info({ run: run.id, sha: trigger.sha, by }, 'run came late');
      await deps.cancel(run.id, by, 'sparing');
      return 'overtaken';
    }
    if (wasGone) deps.departures.forget(run.repository.id, scopes);
    for (const { id, progress } of others) {
      if (progress.run.status !== 'completed') {
        await deps.cancel(id, supersededBy(trigger.sha), 'sparing');
      }
    }
    await takeOver(deps, trigger, line);
    return 'newest';
  };
}

/** As CYCLONE_SUPERSEDE=false has it: every commit is run to its end. */
export const SUPERSEDE_NOTHING: Supersede = () => Promise.resolve('newest');

export function supersededBy(sha: string): string {
  return `superseded by ${shortSha(sha)}`;
}

/** The branch's own run of the same commit, begun before the pull request was there. */
async function takeOver(deps: LineDeps, trigger: Trigger, line: readonly RunRecord[]): Promise<void> {
  if (trigger.event !== 'pull_request' || trigger.branch === undefined) return;
  for (const { id, scope, trigger: other, progress } of line) {
    const isTwin = other.sha === trigger.sha && scope === branchScope(trigger.branch);
    if (isTwin && progress.run.status !== 'completed') {
      await deps.cancel(id, `pull request ${String(trigger.pullRequest)} runs this commit`, 'sparing');
    }
  }
}

/** As deliveries in order tell it: nothing needs to be asked. */
function follows(trigger: Trigger, others: readonly RunRecord[]): boolean {
  const left = new Set(others.map((other) => other.trigger.before));
  const [tip, ...more] = others.filter((other) => !left.has(other.trigger.sha));
  if (tip === undefined || more.length > 0) return others.length === 0;
  // What was pushed back to has more than one commit before it: this one may be what was left for it.
  return tip.trigger.sha === trigger.before && tip.progress.backAt === undefined;
}

/** What came after the commit, to complete "Cancelled: …"; undefined: nothing did. */
async function overtakenBy(
  deps: LineDeps,
  { repository }: RunRecord,
  trigger: Trigger,
  others: readonly RunRecord[],
): Promise<string | undefined> {
  // Pushed back to, a commit comes after what came after it: that one was ended by it.
  const next = others.find(
    (other) =>
      other.trigger.before === trigger.sha && other.progress.cancelledBy !== supersededBy(trigger.sha),
  );
  if (next !== undefined) return supersededBy(next.trigger.sha);
  // Something between was never heard of: GitHub knows where it stands.
  if (trigger.pullRequest !== undefined) {
    const pull = await deps.pulls.get(repository, trigger.pullRequest);
    if (pull === undefined || pull.state === 'closed') return PULL_CLOSED;
    return pull.sha === trigger.sha ? undefined : supersededBy(pull.sha);
  }
  const newest = await deps.history.newest(repository, trigger.branch);
  switch (newest.kind) {
    case 'no_repository':
      return 'the repository is gone';
    case 'no_branch':
      return deletedBranch(newest.branch);
    case 'commit':
      return newest.sha === trigger.sha ? undefined : supersededBy(newest.sha);
  }
}

export const PULL_CLOSED = 'pull request closed';

export function deletedBranch(branch: string): string {
  return `branch ${branch} was deleted`;
}
