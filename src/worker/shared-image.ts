import type { StageId } from '../pipeline/model.js';
import type { Lease } from './ports.js';

/** Whether other jobs of the run use the image that this stage makes: they come to this machine for it. */
export function isShared({ plan }: Pick<Lease, 'plan'>, build: StageId): boolean {
  return plan.jobs.some(({ imageOf }) => imageOf === build);
}
