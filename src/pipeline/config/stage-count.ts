import { cellsOf } from '../matrix.js';
import { error, type Report } from './issues.js';
import type { ReadStage } from './stage.js';

/** Of one run, each cell of a matrix counted: each is a check on GitHub, and GitHub shows 1,000 of a commit. */
export const MAX_STAGES = 1000;

/** The stages up to the limit; says at which one it is passed. */
export function withinLimit(stages: readonly ReadStage[], report: Report): readonly ReadStage[] {
  let count = 0;
  for (const [index, { definition, at }] of stages.entries()) {
    const matrix = definition.options?.matrix;
    count += matrix === undefined ? 1 : cellsOf(matrix).length;
    if (count <= MAX_STAGES) continue;
    const message = `with this, there are more than ${MAX_STAGES} stages, each cell of a matrix counted`;
    report(error('too-many-stages', at, message, 'shrink a matrix, or join some stages'));
    return stages.slice(0, index);
  }
  return stages;
}
