import { isNotAsked } from './asked.js';
import type { Plan, RunProgress, Trigger } from './model.js';

/** A run of a commit that is there already. */
export interface Earlier {
  readonly id: number;
  readonly scope: string;
  readonly trigger: Pick<Trigger, 'branch'>;
  readonly plan: Plan;
  readonly progress: RunProgress;
}

export interface Contest {
  readonly trigger: Pick<Trigger, 'event' | 'fork' | 'branch'>;
  readonly plan: Plan;
  /** Of a push: what the open pull request of its branch comes to. */
  readonly pull?: { readonly number: number; readonly plan: Plan } | undefined;
  /** The file cannot be read: that is to be said, and there is nothing to compare. */
  readonly broken: boolean;
  /** Other runs of the commit. */
  readonly earlier: readonly Earlier[];
}

export type Choice =
  | { readonly kind: 'run' }
  /** Another tells of the commit. */
  | { readonly kind: 'left'; readonly because: string };

/**
 * A commit on a branch with an open pull request comes twice, by its push and by the pull request, in any order:
 * which of the two runs. The pull request, where it runs anything; otherwise the push.
 */
export function choose({ trigger, plan, pull, broken, earlier }: Contest): Choice {
  if (trigger.fork || (trigger.event !== 'push' && trigger.event !== 'pull_request')) return { kind: 'run' };
  const others = earlier.filter(({ scope }) => /^(?:branch|pull):/.test(scope));
  const [other] = others;
  if (pull !== undefined && (broken || runsAnything(pull.plan))) {
    return { kind: 'left', because: `pull request ${String(pull.number)} stands for it` };
  }
  if (!broken && !runsAnything(plan)) {
    return other === undefined
      ? { kind: 'run' }
      : { kind: 'left', because: `nothing would run, and run ${String(other.id)} tells of the commit` };
  }
  // Another branch at the same commit has caches of its own to fill, and later commits to compare with.
  const covering = others.find(
    (one) =>
      one.trigger.branch === trigger.branch &&
      !wasCancelled(one.progress) &&
      !one.progress.stages.some(({ state }) => isNotAsked(state)) &&
      (broken || isSameWork(plan, one.plan)),
  );
  return covering !== undefined
    ? { kind: 'left', because: `run ${String(covering.id)} does the same` }
    : { kind: 'run' };
}

export function runsAnything({ skip, jobs }: Plan): boolean {
  return skip === undefined && jobs.length > 0;
}

/** The same stages run, and each is the same. */
export function isSameWork(one: Plan, other: Plan): boolean {
  return JSON.stringify(workOf(one)) === JSON.stringify(workOf(other));
}

function workOf({ stages }: Plan): readonly unknown[] {
  return stages
    .filter(({ skip }) => skip === undefined)
    .map(({ id, spec, refusals }) => ({ id, spec, refusals }));
}

function wasCancelled({ run, cancelledBy }: RunProgress): boolean {
  return cancelledBy !== undefined || (run.status === 'completed' && run.conclusion === 'cancelled');
}
