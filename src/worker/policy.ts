import type { ContainerSpec } from '../pipeline/model.js';
import { risks } from '../pipeline/policy.js';
import { StageFailed } from './stage-failed.js';

/**
 * The planner says no first, and kindly; this is the second lock. Host paths are checked where they
 * are resolved.
 * @throws StageFailed `refused_by_policy`
 */
export function enforcePolicy(spec: ContainerSpec, trusted: boolean): void {
  if (trusted) return;
  const refused = risks(spec).filter(({ key }) => key !== 'volumes');
  if (refused.length > 0) {
    const words = refused.map((risk) => risk.words).join(', ');
    throw new StageFailed('refused_by_policy', `${words}: not allowed on this server`);
  }
}
