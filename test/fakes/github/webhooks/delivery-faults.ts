import { createRules, type Rules, type Turns } from '../rules.js';
import type { Delivery } from './deliveries.js';

/** What goes wrong with a delivery. */
export type DeliveryFault =
  /** Nobody gets it; GitHub's log says that it failed. */
  | { readonly kind: 'lost' }
  /** It comes so many times, all at once, under the same guid. */
  | { readonly kind: 'repeated'; readonly copies: number }
  /** It comes when so many later ones have been answered. */
  | { readonly kind: 'overtaken'; readonly by: number };

export interface DeliveryFaultRule extends Turns {
  readonly fault: DeliveryFault;
  /** Absent: any. */
  readonly event?: string;
  /** Absent: any. */
  readonly action?: string;
}

export type DeliveryFaults = Rules<DeliveryFaultRule, Pick<Delivery, 'event' | 'action'>>;

export function createDeliveryFaults(): DeliveryFaults {
  return createRules(
    (rule, { event, action }) =>
      (rule.event === undefined || rule.event === event) &&
      (rule.action === undefined || rule.action === action),
  );
}

/** An order for {@link Deliveries.resume} that the seed decides, so that a failure can be seen again. */
export function shuffled(seed: number): <T>(all: readonly T[]) => T[] {
  return (all) => {
    let state = seed;
    // A linear congruential generator: its numbers need not be good, only the same again.
    const next = (below: number): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const left = [...all];
    return all.flatMap(() => left.splice(next(left.length), 1));
  };
}
