import type { RunProgress, Trigger } from '../pipeline/model.js';
import type { Clock, NewRun, PullRequests, RunRecord } from './ports.js';
import { shortSha } from './scope.js';

/**
 * Whose pull requests from forks wait for somebody with the right to write: all of them; those of people who
 * have not contributed yet; those of people outside of the organisation.
 */
export type ForkApproval = 'always' | 'first-time' | 'outside';

/** https://docs.github.com/en/graphql/reference/enums#commentauthorassociation */
const OF_US = ['OWNER', 'MEMBER', 'COLLABORATOR'];
const KNOWN = [...OF_US, 'CONTRIBUTOR'];

/** The run as it may begin: a stranger's waits for a person, with nothing of it planned, where it would run. */
export type HoldBack = (run: NewRun) => Promise<NewRun>;

export function createHoldBack(deps: {
  readonly pulls: PullRequests;
  readonly clock: Clock;
  readonly approval: ForkApproval;
}): HoldBack {
  const mayRun = async ({ repository, trigger }: NewRun): Promise<boolean> => {
    if (deps.approval === 'always' || trigger.pullRequest === undefined) return false;
    const pull = await deps.pulls.get(repository, trigger.pullRequest);
    const known = deps.approval === 'first-time' ? KNOWN : OF_US;
    return pull !== undefined && known.includes(pull.association);
  };
  return async (run) => {
    // What would not run, or cannot be read, can be said without running anything.
    if (!run.trigger.fork || run.plan.jobs.length === 0 || (await mayRun(run))) return run;
    const progress: RunProgress = { run: waiting(run.trigger, deps.clock.now()), stages: [], jobs: [] };
    return { ...run, plan: { ...run.plan, stages: [], jobs: [] }, progress };
  };
}

/** Whether it waits for somebody to let it begin. */
export function isHeldBack({ progress }: Pick<RunRecord, 'progress'>): boolean {
  const { run, allowed } = progress;
  return run.status === 'completed' && run.conclusion === 'action_required' && allowed === undefined;
}

/**
 * Whether nobody has allowed it yet, and it does not run: it waits for somebody, or its event or its commit leave it
 * out. Whoever wants it all the same says which commit they have seen.
 */
export function isUnseen(run: Pick<RunRecord, 'progress' | 'plan' | 'trigger'>): boolean {
  const isLeftOut = run.trigger.fork && run.plan.skip !== undefined && run.progress.allowed === undefined;
  return isLeftOut || isHeldBack(run);
}

/** How to let it begin, in words. */
export function howToAllow({ sha }: Pick<Trigger, 'sha'>): string {
  return `this pull request comes from a fork. Someone with write access can comment /ok-to-test ${shortSha(sha)}`;
}

function waiting(trigger: Trigger, at: number): RunProgress['run'] {
  return {
    status: 'completed',
    conclusion: 'action_required',
    reason: howToAllow(trigger),
    completedAt: at,
  };
}
