import type { PlannedStage, StageProgress } from '../pipeline/model.js';
import { namesOf, stageTitle } from '../pipeline/wording.js';
import { link } from './markdown.js';

/** What a stage has come to; of one that somebody had run again, until its end, who. */
export function stageLine({ again, state }: StageProgress, planned: PlannedStage | undefined): string {
  const title = stageTitle(state, planned?.waitsFor);
  if (again === undefined || state.status === 'completed') {
    return title;
  }
  return title === 'Queued' ? `Queued: run again by ${again.by}` : `${title} · run again by ${again.by}`;
}

/** Whoever asked last for something of the run that is still open. */
export function rerunBy(stages: readonly StageProgress[]): string | undefined {
  const open = stages.flatMap(({ again, state }) =>
    again === undefined || state.status === 'completed' ? [] : [again],
  );
  return open.toSorted((a, b) => b.at - a.at)[0]?.by;
}

/** One sentence for each person who had stages run again. */
export function rerunSentences(stages: readonly StageProgress[]): readonly string[] {
  const people = new Map<string, string[]>();
  for (const { id, again } of stages) {
    if (again !== undefined) people.set(again.by, [...(people.get(again.by) ?? []), id]);
  }
  return [...people].map(([by, ids]) => `Run again by ${by}: ${namesOf(ids)}.`);
}

/** In place of the log of the time before, which GitHub would go on showing. */
export function notYetAgain({ again, state }: StageProgress, page: string): string | undefined {
  const hasBegun = state.status !== 'queued' && state.startedAt !== undefined;
  return again === undefined || hasBegun
    ? undefined
    : `Nothing was printed since ${link('what it said before', page)}.`;
}

/** What ends a stage's log before it is run again, as its first line of the new time. */
const AGAIN_LINE = /^— run again by \S+ —$/u;

/** The part of a log since its stage was run again the last time. A stage that prints the line hides its own. */
export function newestAttempt(shown: string): string {
  const lines = shown.split('\n');
  return lines
    .slice(
      Math.max(
        0,
        lines.findLastIndex((line) => AGAIN_LINE.test(line)),
      ),
    )
    .join('\n');
}
