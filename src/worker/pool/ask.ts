import { createHash } from 'node:crypto';
import { canonicalJson } from '../../pipeline/content-address.js';
import type { PlannedStage } from '../../pipeline/model.js';
import type { Lease } from '../ports.js';
import { canArm } from '../prepared.js';
import { publishedPorts } from '../published-ports.js';
import { canComeLate } from '../script.js';

/**
 * Who asks, and for what, known before anything is looked up: only an equal ask gets what was armed for it. Never
 * another repository's: its git objects are mounted. Never another trust's.
 * Undefined: its container cannot be armed before the run is known.
 */
export function askOf(lease: Lease, stage: PlannedStage): string | undefined {
  const { spec, options = {} } = stage;
  const { trusted, trigger, repository } = lease;
  if (spec.kind !== 'container' || !canArm(stage) || lease.missingSecrets?.[stage.id] !== undefined) {
    return undefined;
  }
  const { commands, authConfig: _, ...container } = spec.container;
  // It may not have to run at all.
  if (options.inputs !== undefined || !canComeLate(commands)) return undefined;
  // A port of the host can be held once; what stands on another network, or none, needs none of ours.
  if (
    publishedPorts(spec.container, trusted).length > 0 ||
    !['', 'bridge', 'default'].includes(container.net ?? '')
  ) {
    return undefined;
  }
  const { resources, cache } = options;
  const whole = { repository: repository.id, trusted, fork: trigger.fork, container, resources, cache };
  return createHash('sha256').update(canonicalJson(whole)).digest('hex');
}
