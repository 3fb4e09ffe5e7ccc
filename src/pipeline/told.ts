import type { RunProgress, Span, StageId } from './model.js';

/** What the check of the whole run goes by, beside ids of stages. */
export const WHOLE_RUN = 'cyclone';

/** When GitHub was first told of its end: by stage, and of the whole run by {@link WHOLE_RUN}. */
export type Told = ReadonlyMap<StageId, number>;

/** From an end until GitHub knew it, since `since`: by what ended, as in {@link Told}. */
export function reportSpans(
  { stages, run }: RunProgress,
  told: Told,
  since: number,
): ReadonlyMap<StageId, Span> {
  const ends = new Map(
    stages.flatMap(({ id, state }) => (state.status === 'completed' ? [[id, state.completedAt]] : [])),
  );
  if (run.status === 'completed') ends.set(WHOLE_RUN, run.completedAt);
  return new Map(
    [...told].flatMap(([check, at]) => {
      const end = ends.get(check);
      return end === undefined || end < since || at < end
        ? []
        : [[check, { name: 'report', at: end, ms: at - end }]];
    }),
  );
}
