import type { RunProgress } from './model.js';

/** When somebody last had something of the run begin: what was before is another story. */
export function beganAt({
  createdAt,
  progress,
}: {
  readonly createdAt: number;
  readonly progress: RunProgress;
}): number {
  return progress.stages.reduce(
    (latest, { again }) => Math.max(latest, again?.at ?? 0),
    Math.max(createdAt, progress.allowed?.at ?? 0),
  );
}
