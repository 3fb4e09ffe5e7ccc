import { styleText } from 'node:util';
import type { Config } from '../pipeline/config/parse.js';
import type { Plan, PlannedStage, Trigger } from '../pipeline/model.js';
import { planRun } from '../pipeline/plan.js';

export type PlanEvent = 'push' | 'tag' | 'pull_request';

/** What a plan looks like for an event of this kind: on the branch main, or the tag v1.0.0. */
export function planFor({ definitions, on }: Config, event: PlanEvent): Plan {
  return planRun({
    definitions,
    on,
    repository: { owner: 'owner', name: 'repository' },
    trigger: triggerOf(event),
    // The server and its trust are not known here: what they refuse is among the warnings.
    trusted: true,
    registry: 'registry',
  });
}

function triggerOf(event: PlanEvent): Trigger {
  const common = { event, sha: '0'.repeat(40), fork: false, title: '', message: '', sender: '' };
  switch (event) {
    case 'push':
      return { ...common, ref: 'refs/heads/main', branch: 'main' };
    case 'tag':
      return { ...common, ref: 'refs/tags/v1.0.0', tag: 'v1.0.0' };
    case 'pull_request':
      return {
        ...common,
        ref: 'refs/pull/1/head',
        branch: 'change',
        base: 'main',
        pullRequest: 1,
        action: 'opened',
      };
  }
}

const EVENT_WORDS: Readonly<Record<PlanEvent, string>> = {
  push: 'a push to main',
  tag: 'the tag v1.0.0',
  pull_request: 'a pull request to main',
};

/**
 * A plan in lines, a job for each workspace:
 *
 *     Plan for the tag v1.0.0: 3 of 4 stages run, in 2 jobs
 *
 *     chain
 *       build
 *       publish    after lint
 *     lint
 *       lint       may fail
 *
 *     left out
 *       deploy     runs on branch main; this is tag v1.0.0
 */
export function planText(plan: Plan, event: PlanEvent, colour: boolean): string {
  const dim = (text: string): string => (colour ? styleText('dim', text, { validateStream: false }) : text);
  const bold = (text: string): string => (colour ? styleText('bold', text, { validateStream: false }) : text);
  if (plan.skip !== undefined) return `Plan for ${EVENT_WORDS[event]}: nothing runs: ${plan.skip.message}`;
  const byId = new Map(plan.stages.map((stage) => [stage.id, stage]));
  const width = Math.max(0, ...plan.stages.map(({ id }) => id.length)) + 2;
  const line = (id: string, note: string): string =>
    `  ${note === '' ? id : `${id.padEnd(width)}${dim(note)}`}`;
  const running = plan.jobs.flatMap(({ stages }) => stages).length;
  const left = plan.stages.flatMap(({ id, skip }) => (skip === undefined ? [] : [line(id, skip.message)]));
  return [
    `Plan for ${EVENT_WORDS[event]}: ${running} of ${count(plan.stages.length, 'stage')} run, in ${count(plan.jobs.length, 'job')}`,
    ...(running > 0 ? [''] : []),
    ...plan.jobs.flatMap((job) => [bold(job.id), ...job.stages.map((id) => line(id, noteOf(byId.get(id))))]),
    ...(left.length > 0 ? ['', bold('left out'), ...left] : []),
  ].join('\n');
}

function noteOf(stage: PlannedStage | undefined): string {
  const { waitsFor = [], options, refusals = [] } = stage ?? {};
  return [
    ...(waitsFor.length > 0 ? [`after ${waitsFor.join(', ')}`] : []),
    ...(options?.allowFailure === true ? ['may fail'] : []),
    ...(refusals.length > 0 ? [`fails: ${refusals.join('; ')}`] : []),
  ].join('; ');
}

function count(number: number, noun: string): string {
  return `${String(number)} ${noun}${number === 1 ? '' : 's'}`;
}
