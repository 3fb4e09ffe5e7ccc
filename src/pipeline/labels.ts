import type { PlannedStage, StageId } from './model.js';

/** It becomes a part of a queue's name. */
const LABEL = /^[A-Za-z0-9._-]{1,50}$/;

/** What one job may ask for; each new combination is a queue of its own. */
export const MAX_LABELS = 10;

export function isLabel(text: string): boolean {
  return LABEL.test(text);
}

/** What the worker of a job must have for all its stages: sorted, each once. */
export function labelsOf(stages: readonly PlannedStage[], ids: readonly StageId[]): readonly string[] {
  const wanted = stages.filter(({ id }) => ids.includes(id)).flatMap(({ options }) => options?.runsOn ?? []);
  return [...new Set(wanted)].sort();
}

/** For people: `a worker with the labels arm64 and gpu`. */
export function workerWith(labels: readonly string[]): string {
  const [last, ...before] = [...labels].reverse();
  if (last === undefined) return 'a worker';
  return before.length === 0
    ? `a worker with the label ${last}`
    : `a worker with the labels ${before.reverse().join(', ')} and ${last}`;
}
