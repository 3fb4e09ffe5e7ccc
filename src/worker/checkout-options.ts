import type { PlannedStage } from '../pipeline/model.js';
import type { CheckoutOptions } from './ports.js';

/**
 * The stages of a job share one checkout: it has submodules and large files when one of them asks for it, and
 * the longest history that one of them names. Stages that name none take what there is.
 */
export function checkoutOptions(stages: readonly PlannedStage[]): CheckoutOptions {
  const asked = stages.flatMap(({ options }) => options?.checkout ?? []);
  const depths = asked.flatMap(({ depth }) => depth ?? []);
  return {
    submodules: asked.some(({ submodules }) => submodules === true),
    lfs: asked.some(({ lfs }) => lfs === true),
    ...(depths.length > 0 && { depth: Math.max(...depths) }),
  };
}

export function sameCheckout(one: CheckoutOptions, other: CheckoutOptions): boolean {
  return one.submodules === other.submodules && one.lfs === other.lfs && one.depth === other.depth;
}
