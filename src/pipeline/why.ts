import type { Plan, RunProgress, StageId, StageProgress, Trigger } from './model.js';
import { lookAt } from './standing.js';
import { describe } from './trigger.js';
import { cancelledTitle, namesOf, stageTitle } from './wording.js';

/** What of a run says why its stages are where they are. */
export interface Reasoned {
  readonly trigger: Trigger;
  readonly plan: Plan;
  readonly progress: RunProgress;
}

/** Why a stage ran, waits, was skipped, cancelled or reused: sentences without Markdown; undefined: no such stage. */
export function why({ trigger, plan, progress }: Reasoned, id: StageId): string | undefined {
  const planned = plan.stages.find((stage) => stage.id === id);
  const stage = progress.stages.find((one) => one.id === id);
  if (planned === undefined || stage === undefined) return undefined;
  return [
    cause(trigger, stage),
    ...allowance(progress),
    ...standing(plan, progress, stage),
    ...again(stage),
    ...tries(stage),
  ]
    .map((sentence) => `${sentence}.`)
    .join(' ');
}

/** Why a whole run is where it is, for a run that has no stage to be asked about. */
export function whyRun({ plan, progress: { run } }: Reasoned): string {
  if (plan.skip !== undefined) return `Nothing runs: ${plan.skip.message}.`;
  return run.status === 'completed' ? `${capital(run.reason)}.` : 'Nothing of it has run yet.';
}

function cause(trigger: Trigger, { id, state }: StageProgress): string {
  const of = `${describe(trigger)} by ${trigger.sender}`;
  if (state.status === 'completed' && state.outcome.kind === 'skipped') return `${id} did not run on ${of}`;
  if (state.status === 'queued') return `${id} is to run because of ${of}`;
  return `${id} ${state.status === 'in_progress' ? 'runs' : 'ran'} because of ${of}`;
}

function allowance({ allowed }: RunProgress): readonly string[] {
  return allowed === undefined ? [] : [`${allowed.by} let this commit of a fork run`];
}

function standing(plan: Plan, progress: RunProgress, { id, state }: StageProgress): readonly string[] {
  switch (state.status) {
    case 'queued': {
      if (state.waits !== undefined) return [`It waits for ${state.waits}`];
      const awaited = lookAt(plan, progress).awaited(id);
      return [`It waits for ${awaited.length === 0 ? 'its turn' : namesOf(awaited)}`];
    }
    case 'in_progress':
      return [];
    case 'completed':
      return [state.outcome.kind === 'cancelled' ? cancelledTitle(state.outcome.by) : stageTitle(state)];
  }
}

function again({ again: asked }: StageProgress): readonly string[] {
  return asked === undefined ? [] : [`It was run again by ${asked.by}`];
}

function tries({ state }: StageProgress): readonly string[] {
  const made = state.status === 'completed' ? (state.facts.tries ?? 1) : 1;
  return made > 1 ? [`It was tried ${made} times, as its retry says`] : [];
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
