import type { SkipReason, TriggerEvent } from './model.js';

/** The stages that every event runs; the others are for tags. */
const ALWAYS: readonly string[] = ['pre_build', 'build', 'integration'];

export interface StageTrigger {
  readonly event: TriggerEvent;
  /** Without `refs/heads/`. */
  readonly branch?: string | undefined;
  /** Without `refs/tags/`. A run started by hand on a tag is a tag's. */
  readonly tag?: string | undefined;
}

/**
 * The table of events: what runs on what.
 *
 * @param stage a name of the chain, without its part
 */
export function stageRuns(
  stage: string,
  trigger: StageTrigger,
): { readonly runs: true } | { readonly runs: false; readonly reason: SkipReason } {
  if (ALWAYS.includes(stage) || trigger.event === 'tag' || trigger.tag !== undefined) return { runs: true };
  return {
    runs: false,
    reason: { kind: 'event', message: `${stage} runs on tags; this is ${describe(trigger)}` },
  };
}

function describe({ event, branch }: StageTrigger): string {
  const on = (preposition: string): string => (branch === undefined ? '' : ` ${preposition} ${branch}`);
  switch (event) {
    case 'push':
      return `a push${on('to')}`;
    case 'tag':
      return 'a tag';
    case 'pull_request':
      return 'a pull request';
    case 'merge_group':
      return 'a merge queue';
    case 'schedule':
      return `a scheduled run${on('of')}`;
    case 'manual':
      return `a run of${branch === undefined ? ' a branch' : ` ${branch}`}, started by hand`;
  }
}

/** @returns the marker that keeps a commit from running, as the message writes it */
export function skipCi(message: string): string | undefined {
  return /\[(?:skip ci|ci skip|no ci)\]/i.exec(message)?.[0];
}
