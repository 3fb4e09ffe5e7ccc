import { planFor, type Trial, type TrialEvent, trialOf } from '../../../../src/cli/trial.js';
import { toLintJson } from '../../../../src/pipeline/config/lint-json.js';
import { type Config, parseConfig } from '../../../../src/pipeline/config/parse.js';
import type { Plan } from '../../../../src/pipeline/model.js';

const TRIALS: readonly Trial[] = (['push', 'tag', 'pull_request', 'schedule'] satisfies TrialEvent[]).map(
  (event) => trialOf({ event, changes: event === 'pull_request' ? ['src/a.ts'] : undefined }),
);

/** What is wrong with the answers to a text, YAML or not: a crash, an issue at no place, half a plan. */
export function faultsOf(text: string): readonly string[] {
  try {
    const config = parseConfig(text);
    const plans = TRIALS.map((trial) => planFor(config, trial));
    JSON.stringify([toLintJson(config), plans]);
    return [...misplaced(config, text), ...plans.flatMap(incomplete), ...unforeseen(config, plans)];
  } catch (error) {
    return [error instanceof Error ? (error.stack ?? error.message) : String(error)];
  }
}

function misplaced({ issues, definitions }: Config, text: string): readonly string[] {
  const lines = text.split(/\r\n?|\n/).length;
  const wrong = issues.filter(
    ({ line, column, endLine = line, endColumn = column, message, hint }) =>
      !(line >= 1 && line <= lines && column >= 1 && endLine >= line && endColumn >= 1) ||
      message === '' ||
      hint === '',
  );
  return [
    ...wrong.map((issue) => `an issue at no place, or without words: ${JSON.stringify(issue)}`),
    ...definitions
      .filter(({ line, column }) => !(line >= 1 && line <= lines && column >= 1))
      .map(({ id, line, column }) => `the stage ${id} stands at ${line}:${column}`),
  ];
}

/** The reader lets a file through of which the planner says that its stages cannot wait for each other so. */
function unforeseen({ issues }: Config, plans: readonly Plan[]): readonly string[] {
  if (issues.some(({ severity }) => severity === 'error')) return [];
  return plans
    .flatMap(({ stages }) => stages.flatMap(({ refusals }) => refusals))
    .filter((words) => /circle|no stage of this file/.test(words))
    .map((words) => `the reader did not say: ${words}`);
}

/** Every stage is in one job, or says why not; what it waits for runs, and comes to an end. */
function incomplete({ skip, stages, jobs }: Plan): readonly string[] {
  if (skip !== undefined) return skip.message === '' ? ['nothing runs, without a reason'] : [];
  const inJobs = jobs.flatMap((job) => job.stages);
  const running = new Set(inJobs);
  const ids = new Set(stages.map(({ id }) => id));
  const unexplained = stages.filter((stage) => running.has(stage.id) === (stage.skip !== undefined));
  const lost = stages.flatMap(({ waitsFor = [] }) => waitsFor.filter((need) => !running.has(need)));
  return [
    ...(inJobs.length === running.size && ids.size === stages.length ? [] : ['a stage is there twice']),
    ...unexplained.map(({ id }) => `${id} neither runs nor says why not`),
    ...lost.map((id) => `something waits for ${id}, which does not run`),
    ...unreached({ stages, jobs }).map((id) => `${id} never begins`),
  ];
}

function unreached({ stages, jobs }: Pick<Plan, 'stages' | 'jobs'>): readonly string[] {
  const waitsFor = new Map(stages.map((stage) => [stage.id, stage.waitsFor ?? []]));
  const over = new Set<string>();
  for (let before = -1; before < over.size; ) {
    before = over.size;
    for (const job of jobs) {
      for (const id of job.stages) {
        if (over.has(id)) continue;
        if (!(waitsFor.get(id) ?? []).every((need) => over.has(need))) break;
        over.add(id);
      }
    }
  }
  return jobs.flatMap((job) => job.stages).filter((id) => !over.has(id));
}
