import { compileGlobs, globsMatch } from './globs.js';
import type { SkipReason, StageDefinition, Trigger, When } from './model.js';
import { describe, isForTags, list, stageRuns } from './trigger.js';

/**
 * Why an event leaves a stage out; undefined: it runs. What a `when` says of event, branch or tag stands in
 * place of the table of events; a `when` of paths alone comes on top of it.
 *
 * @param changes paths that the event changed; undefined: not known, and then conditions on paths hold
 */
export function stageLeftOut(
  { name, options }: Pick<StageDefinition, 'name' | 'options'>,
  trigger: Trigger,
  changes: readonly string[] | undefined,
): SkipReason | undefined {
  const when = options?.when ?? {};
  // What they give away, and with whose passwords, is not for a stranger's code to say.
  if (trigger.fork && (name === 'publish' || name === 'deploy')) {
    return { kind: 'condition', message: `${name} never runs for a fork` };
  }
  if (!namesEvent(when)) {
    const verdict = stageRuns(name, trigger);
    if (!verdict.runs) return verdict.reason;
  }
  const message = unmet(name, when, trigger, changes);
  return message === undefined ? undefined : { kind: 'condition', message };
}

function namesEvent({ event, branch, tag }: When): boolean {
  return event !== undefined || branch !== undefined || tag !== undefined;
}

function unmet(
  stage: string,
  { event, branch, tag, path }: When,
  trigger: Trigger,
  changes: readonly string[] | undefined,
): string | undefined {
  const found = trigger.tag === undefined ? describe(trigger) : `tag ${trigger.tag}`;
  if (event !== undefined && !globsMatch(event, trigger.event)) {
    return `runs on event ${list(event)}; this is ${describe(trigger)}`;
  }
  // `branch: main` is meant for what is on main; a pull request to main is not, and may be anyone's.
  if (event === undefined && trigger.event === 'pull_request' && isForTags(stage)) {
    return `${stage} runs on a pull request only where \`when: event\` names it`;
  }
  if (branch !== undefined && !holds(branch, trigger.base ?? trigger.branch)) {
    return `runs on branch ${list(branch)}; this is ${found}`;
  }
  if (tag !== undefined && !holds(tag, trigger.tag)) {
    return `runs on tag ${list(tag)}; this is ${found}`;
  }
  if (path !== undefined && changes !== undefined && !changes.some(compileGlobs(path))) {
    return `runs on changes of ${list(path)}; nothing of it changed`;
  }
  return undefined;
}

/** `!main` is about branches: it does not hold for a tag. */
function holds(globs: readonly string[], name: string | undefined): boolean {
  return name !== undefined && globsMatch(globs, name);
}
