import { isNotAsked } from './asked.js';
import type { Plan, RunProgress, StageId } from './model.js';
import { rerun } from './rerun.js';

/** An event came that wants all of a run, of which somebody had started a part. */
export interface RestWanted {
  readonly type: 'rest_wanted';
  /** GitHub login. */
  readonly by: string;
  readonly at: number;
  /** Names the request: the same twice is carried out once. */
  readonly ask: string;
}

/** The run with all that nobody had asked for; where a worker is at what comes before it, once that is over. */
export function withRest(plan: Plan, now: RunProgress, { by, at, ask }: RestWanted): RunProgress {
  if (now.asks?.includes(ask) === true || now.rest?.ask === ask || notAsked(now).length === 0) return now;
  return begun(plan, { ...now, rest: { by, at, ask } });
}

/** After a run is over whose rest was wanted meanwhile. A person who cancelled it wanted no rest either. */
export function restBegun(plan: Plan, now: RunProgress): RunProgress {
  if (now.rest === undefined || now.run.status !== 'completed') return now;
  if (now.cancelledBy === undefined) return begun(plan, now);
  const { rest: _, ...over } = now;
  return over;
}

/** The same object where it cannot begin yet. */
function begun(plan: Plan, waiting: RunProgress): RunProgress {
  const { rest, ...now } = waiting;
  if (rest === undefined) return waiting;
  const next = rerun(plan, now, { type: 'stages_rerun', stages: notAsked(now), ...rest });
  return next === now ? waiting : next;
}

function notAsked({ stages }: RunProgress): readonly StageId[] {
  return stages.filter(({ state }) => isNotAsked(state)).map(({ id }) => id);
}
