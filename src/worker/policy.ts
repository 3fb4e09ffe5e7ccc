import type { ContainerSpec } from '../pipeline/model.js';
import { StageFailed } from './stage-failed.js';

/**
 * The planner says no first, and kindly; this is the second lock. Host paths are checked where they
 * are resolved.
 * @throws StageFailed `refused_by_policy`
 */
export function enforcePolicy(spec: ContainerSpec, trusted: boolean): void {
  if (trusted) return;
  const refused = [
    ...(spec.privileged ? ['privileged'] : []),
    ...(spec.devices.length > 0 ? ['devices'] : []),
    ...(isOwnNetwork(spec.net) ? [] : [`net: ${spec.net}`]),
  ];
  if (refused.length > 0) {
    throw new StageFailed('refused_by_policy', `${refused.join(', ')}: not allowed on this server`);
  }
}

/** `bridge` meant Docker's shared bridge; here it is the run's own. */
export function isOwnNetwork(net: string | undefined): boolean {
  return net === undefined || net === '' || net === 'bridge' || net === 'default' || net === 'none';
}
