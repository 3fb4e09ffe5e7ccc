import type { Config } from '../pipeline/config/parse.js';
import type { Plan, Trigger, TriggerEvent } from '../pipeline/model.js';
import { planRun } from '../pipeline/plan.js';
import { describe, leftOut } from '../pipeline/trigger.js';
import { stageLeftOut } from '../pipeline/when.js';

export const TRIAL_EVENTS = [
  'push',
  'tag',
  'pull_request',
  'merge_group',
  'schedule',
] as const satisfies readonly TriggerEvent[];

export type TrialEvent = (typeof TRIAL_EVENTS)[number];

/** An event that a file is tried on. */
export interface Trial {
  readonly trigger: Trigger;
  /** Paths that it changed; undefined: not known, and then conditions on paths hold. */
  readonly changes: readonly string[] | undefined;
}

export interface TrialOptions {
  readonly event: TrialEvent;
  /** That is pushed, or that a pull request goes to; main unless given. */
  readonly branch?: string | undefined;
  /** v1.0.0 unless given. */
  readonly tag?: string | undefined;
  readonly changes?: readonly string[] | undefined;
}

export function trialOf({ event, branch = 'main', tag = 'v1.0.0', changes }: TrialOptions): Trial {
  const common = { event, sha: '0'.repeat(40), fork: false, title: '', message: '', sender: '' };
  switch (event) {
    case 'push':
    case 'schedule':
    case 'merge_group':
      return { trigger: { ...common, ref: `refs/heads/${branch}`, branch }, changes };
    case 'tag':
      return { trigger: { ...common, ref: `refs/tags/${tag}`, tag }, changes };
    case 'pull_request': {
      const pull = { ref: 'refs/pull/1/head', branch: 'change', pullRequest: 1, action: 'opened' };
      return { trigger: { ...common, ...pull, base: branch }, changes };
    }
  }
}

/** What becomes of a file on an event. */
export function planFor({ definitions, on }: Config, { trigger, changes }: Trial): Plan {
  return planRun({
    definitions,
    on,
    repository: { owner: 'owner', name: 'repository' },
    trigger,
    changes,
    // The server and its trust are not known here: what they refuse is among the warnings.
    trusted: true,
    registry: 'registry',
  });
}

/** What of a file an event runs, a matrix as one. */
export function definitionsFor(
  { definitions, on }: Config,
  { trigger, changes }: Trial,
): Config['definitions'] {
  if (leftOut(on, trigger, changes) !== undefined) return [];
  return definitions.filter((definition) => stageLeftOut(definition, trigger, changes) === undefined);
}

/** `a push to main`, `the tag v1.0.0` */
export function trialWords({ trigger }: Trial): string {
  return trigger.event === 'tag' ? `the tag ${trigger.tag ?? ''}` : describe(trigger);
}
