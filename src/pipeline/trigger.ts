import { compileGlobs, globsMatch } from './globs.js';
import { CHAIN, type On, type SkipReason, type Trigger, type TriggerEvent } from './model.js';

/** The stages of the chain that only tags run, unless the file says otherwise. */
const FOR_TAGS: readonly string[] = ['publish', 'post_build', 'deploy'];

export interface StageTrigger {
  readonly event: TriggerEvent;
  /** Without `refs/heads/`. */
  readonly branch?: string | undefined;
  /** Without `refs/tags/`. A run started by hand on a tag is a tag's. */
  readonly tag?: string | undefined;
  /** Of a pull request: the branch that it wants to go into. */
  readonly base?: string | undefined;
}

/**
 * The table of events: what runs on what.
 *
 * @param stage a name of the chain, without its part; any other stage runs on every event
 */
export function stageRuns(
  stage: string,
  trigger: StageTrigger,
): { readonly runs: true } | { readonly runs: false; readonly reason: SkipReason } {
  if (!isForTags(stage) || trigger.event === 'tag' || trigger.tag !== undefined) return { runs: true };
  return {
    runs: false,
    reason: { kind: 'event', message: `${stage} runs on tags; this is ${describe(trigger)}` },
  };
}

/** Stages that give something to the world outside. */
export function isForTags(stage: string): boolean {
  return FOR_TAGS.includes(stage);
}

export function isChainStage(stage: string): boolean {
  return CHAIN.some((name) => name === stage);
}

/** What asked for the run, to stand behind "this is". */
export function describe({ event, branch, tag, base }: StageTrigger): string {
  const named = (preposition: string, name: string | undefined): string =>
    name === undefined ? '' : ` ${preposition}${name}`;
  switch (event) {
    case 'push':
      return `a push${named('to ', branch)}`;
    case 'tag':
      return 'a tag';
    case 'pull_request':
      return `a pull request${named('to ', base)}`;
    case 'merge_group':
      return 'a merge queue';
    case 'schedule':
      return `a scheduled run${named('of ', branch)}`;
    case 'manual':
      return `a run of${named('', branch ?? tag) || ' a branch'}, started by hand`;
  }
}

/** @returns the marker that keeps a commit from running, as the message writes it */
export function skipCi(message: string): string | undefined {
  return /\[(?:skip ci|ci skip|no ci)\]/i.exec(message)?.[0];
}

/**
 * Why `on` leaves an event out; undefined: the file runs. A run that a person starts always does.
 *
 * @param changes paths that the event changed; undefined: not known, and then filters by path hold
 */
export function leftOut(
  on: On | undefined,
  trigger: Trigger,
  changes: readonly string[] | undefined,
): SkipReason | undefined {
  if (on === undefined || trigger.event === 'manual') return undefined;
  const message = reasonLeftOut(on, trigger, changes);
  return message === undefined ? undefined : { kind: 'condition', message };
}

function reasonLeftOut(on: On, trigger: Trigger, changes: readonly string[] | undefined): string | undefined {
  switch (trigger.event) {
    case 'push':
      return pushLeftOut(on, trigger, changes);
    case 'tag':
      return tagLeftOut(on, trigger);
    case 'pull_request':
      return pullRequestLeftOut(on, trigger, changes);
    case 'merge_group':
      return on.mergeGroup === undefined ? unnamed(on, trigger) : undefined;
    case 'schedule':
      return on.schedule === undefined ? unnamed(on, trigger) : undefined;
    case 'manual':
      return undefined;
  }
}

/** As on GitHub: with `tags` alone no branch runs, with `branches` alone no tag does. */
function pushLeftOut(on: On, trigger: Trigger, changes: readonly string[] | undefined): string | undefined {
  const { push } = on;
  if (push === undefined) return unnamed(on, trigger);
  if (push.branches === undefined && push.tags !== undefined) {
    return `caicloud.yml runs on pushes of tag ${list(push.tags)}; this is ${describe(trigger)}`;
  }
  return named('pushes to branch', push.branches, trigger.branch, trigger) ?? pathsLeftOut(push, changes);
}

/** A tag has no changes of its own: filters by path are not for it. */
function tagLeftOut(on: On, trigger: Trigger): string | undefined {
  const { push } = on;
  if (push === undefined) return unnamed(on, trigger);
  if (push.tags === undefined && push.branches !== undefined) {
    return `caicloud.yml runs on pushes to branch ${list(push.branches)}; this is tag ${trigger.tag ?? ''}`;
  }
  return named('pushes of tag', push.tags, trigger.tag, trigger);
}

function pullRequestLeftOut(
  on: On,
  trigger: Trigger,
  changes: readonly string[] | undefined,
): string | undefined {
  const { pullRequest } = on;
  if (pullRequest === undefined) return unnamed(on, trigger);
  const { branches, types } = pullRequest;
  if (types !== undefined && trigger.action !== undefined && !types.includes(trigger.action)) {
    return `caicloud.yml runs on pull requests that are ${list(types)}; this one is ${trigger.action}`;
  }
  return (
    (trigger.base === undefined
      ? undefined
      : named('pull requests to branch', branches, trigger.base, trigger)) ??
    pathsLeftOut(pullRequest, changes)
  );
}

function named(
  what: string,
  globs: readonly string[] | undefined,
  name: string | undefined,
  trigger: Trigger,
): string | undefined {
  if (globs === undefined || (name !== undefined && globsMatch(globs, name))) return undefined;
  const found = trigger.tag === undefined ? describe(trigger) : `tag ${trigger.tag}`;
  return `caicloud.yml runs on ${what} ${list(globs)}; this is ${found}`;
}

function pathsLeftOut(
  { paths, pathsIgnore }: { readonly paths?: readonly string[]; readonly pathsIgnore?: readonly string[] },
  changes: readonly string[] | undefined,
): string | undefined {
  if (changes === undefined) return undefined;
  if (paths !== undefined && !changes.some(compileGlobs(paths))) {
    return `caicloud.yml runs on changes of ${list(paths)}; nothing of it changed`;
  }
  // Nothing changed at all (an empty commit): there is nothing to be ignored.
  if (pathsIgnore !== undefined && changes.length > 0 && changes.every(compileGlobs(pathsIgnore))) {
    return `caicloud.yml ignores changes of ${list(pathsIgnore)}, and nothing else changed`;
  }
  return undefined;
}

function unnamed(on: On, trigger: Trigger): string {
  const events = [
    on.push && 'push',
    on.pullRequest && 'pull_request',
    on.mergeGroup && 'merge_group',
    on.schedule && 'schedule',
  ].filter((event) => event !== undefined);
  return `caicloud.yml runs on ${events.length === 0 ? 'no event' : list(events)}; this is ${describe(trigger)}`;
}

/** `main, dev or release/**` */
export function list(names: readonly string[]): string {
  const last = names.at(-1) ?? 'nothing';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} or ${last}`;
}
