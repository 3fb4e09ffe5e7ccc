import type { StageId } from '../pipeline/model.js';
import type { Lease } from './ports.js';

/**
 * Whether the image that this stage makes outlives its job whatever is kept for re-runs: other jobs of the run come to this machine for it, or
 * later runs use it again.
 */
export function isShared({ plan }: Pick<Lease, 'plan'>, build: StageId): boolean {
  const stage = plan.stages.find(({ id }) => id === build);
  return stage?.options?.inputs !== undefined || plan.jobs.some(({ imageOf }) => imageOf === build);
}
