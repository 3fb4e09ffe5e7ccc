import type { Trigger } from '../pipeline/model.js';
import type { IntakeEvent } from './ports.js';
import { scheduleScope } from './schedule.js';

/** What names a run beside its repository and commit: runs of one scope come one after the other. */
export function scopeOf({ trigger, schedule }: Pick<IntakeEvent, 'trigger' | 'schedule'>): string {
  if (schedule !== undefined) return scheduleScope(schedule.slot);
  if (trigger.event === 'merge_group') return mergeGroupScope(trigger.ref);
  if (trigger.tag !== undefined) return `tag:${trigger.tag}`;
  return trigger.pullRequest === undefined
    ? branchScope(trigger.branch ?? trigger.ref)
    : pullScope(trigger.pullRequest);
}

export function branchScope(branch: string): string {
  return `branch:${branch}`;
}

export function pullScope(pull: number): string {
  return `pull:${String(pull)}`;
}

function mergeGroupScope(ref: string): string {
  return `merge_group:${ref}`;
}

const BRANCH = 'refs/heads/';
const TAG = 'refs/tags/';
const QUEUE = `${BRANCH}gh-readonly-queue/`;

/** A full ref as what it is. */
export type Ref =
  | { readonly kind: 'branch' | 'tag'; readonly name: string; readonly scope: string }
  | { readonly kind: 'merge_group'; readonly name: string; readonly scope: string };

export function refOf(ref: string): Ref | undefined {
  if (ref.startsWith(QUEUE)) return { kind: 'merge_group', name: ref, scope: mergeGroupScope(ref) };
  if (ref.startsWith(TAG)) {
    const name = ref.slice(TAG.length);
    return { kind: 'tag', name, scope: `tag:${name}` };
  }
  if (!ref.startsWith(BRANCH)) return undefined;
  const name = ref.slice(BRANCH.length);
  return { kind: 'branch', name, scope: branchScope(name) };
}

/**
 * The scopes whose runs follow one another, so that a newer commit is in place of an older; undefined: there is
 * no such thing, as for tags, which stand side by side.
 */
export function lineOf({ event, branch, pullRequest, fork }: Trigger): readonly string[] | undefined {
  if (event === 'push' && branch !== undefined) return [branchScope(branch)];
  if (event !== 'pull_request' || pullRequest === undefined) return undefined;
  return fork || branch === undefined
    ? [pullScope(pullRequest)]
    : [pullScope(pullRequest), branchScope(branch)];
}

/** As people write commits. */
export function shortSha(sha: string): string {
  return sha.slice(0, 7);
}
