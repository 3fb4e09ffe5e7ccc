import { createHash } from 'node:crypto';
import type { StageId } from '../pipeline/model.js';
import { failedStages, rerunClosure, rerunObstacle } from '../pipeline/rerun.js';
import { namesOf } from '../pipeline/wording.js';
import type { Advance } from './advance.js';
import { howToAllow, isHeldBack } from './fork.js';
import type { Verdict } from './operations.js';
import type { Clock, Logger, LogNotes, RunRecord, RunStore } from './ports.js';
import { runnable } from './stages-named.js';

export interface RerunDeps {
  readonly store: RunStore;
  readonly advance: Advance;
  readonly notes: LogNotes;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface RerunRequest {
  readonly run: number;
  /** Names as in {@link Stages}; empty: all. `failed`: those that did not succeed. */
  readonly stages: readonly string[] | 'failed';
  /** GitHub login. */
  readonly by: string;
  /** Names the request: the same again is carried out once. */
  readonly ask: string;
}

/** Runs stages again, in place: the same run, the same checks, the same logs, which go on. */
export type Rerun = (request: RerunRequest) => Promise<Verdict>;

export function createRerun(deps: RerunDeps): Rerun {
  return async (request) => {
    const record = await deps.store.load(request.run);
    if (record === undefined) return refused(`there is no run ${String(request.run)}`);
    if (record.progress.asks?.includes(request.ask) === true) return done(record, request);
    const wanted = wantedOf(record, request);
    if (typeof wanted === 'string') return refused(wanted);
    const obstacle = rerunObstacle(record.plan, record.progress, wanted);
    if (obstacle !== undefined)
      return refused(`run ${String(record.id)}: ${obstacle}. Try again when it is over`);
    await note(deps, record, wanted, request.by);
    const { by, ask } = request;
    const at = deps.clock.now();
    const after = await deps.advance.apply(record.id, { type: 'stages_rerun', stages: wanted, by, at, ask });
    if (after?.progress.asks?.includes(ask) !== true) {
      return refused('something else happened to the run just now: try again');
    }
    deps.logger.info({ run: record.id, stages: wanted, by }, 'stages run again');
    return done(record, request);
  };
}

/** @returns words: it cannot be */
function wantedOf(record: RunRecord, { stages }: RerunRequest): readonly StageId[] | string {
  if (isHeldBack(record)) return howToAllow(record.trigger);
  if (stages === 'failed') {
    const failed = failedStages(record.progress);
    return failed.length > 0 ? failed : `nothing failed in run ${String(record.id)}`;
  }
  const planned = record.plan.jobs.flatMap((job) => job.stages);
  if (stages.length === 0) {
    return planned.length > 0 ? planned : `nothing of run ${String(record.id)} runs: ${reasonOf(record)}`;
  }
  return runnable(record.plan, stages);
}

/**
 * The name of a wish that nobody sends twice: it is known by what was asked before it. Of all of that, however
 * much it was: a name that comes again would be one that was carried out.
 */
export function askAfter(run: Pick<RunRecord, 'progress'> | undefined, by: string): string {
  const last = run?.progress.asks?.at(-1) ?? '';
  return `by ${by} after ${createHash('sha256').update(last).digest('hex').slice(0, 32)}`;
}

export function reasonOf({ plan, progress: { run } }: RunRecord): string {
  if (plan.skip !== undefined) return plan.skip.message;
  return run.status === 'completed' ? run.reason : run.status;
}

/**
 * In each log that goes on, who wants it, before anybody can write there. The number between the last owner's and
 * the next one's is nobody's.
 */
async function note(
  { notes }: RerunDeps,
  { id, plan, progress }: RunRecord,
  stages: readonly StageId[],
  by: string,
): Promise<void> {
  const again = rerunClosure(plan, stages);
  for (const job of plan.jobs) {
    const fence = progress.jobs.find((one) => one.id === job.id)?.fence ?? 0;
    for (const stage of job.stages.filter((one) => again.has(one))) {
      await notes.note(id, stage, fence + 1, `— run again by ${by} —`);
    }
  }
}

function done(record: RunRecord, { stages }: RerunRequest): Verdict {
  const what = stages === 'failed' ? 'what failed' : stages.length === 0 ? 'all of it' : namesOf(stages);
  return { kind: 'done', words: `Run ${String(record.id)}: ${what} runs again.`, runs: [record.id] };
}

export function refused(words: string): Verdict {
  const sentence = `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
  return { kind: 'refused', words: /[.?]$/.test(sentence) ? sentence : `${sentence}.` };
}
