/** Every bridge of ours begins with this: one set of firewall rules then covers all of them. */
export const BRIDGE_PREFIX = 'cyc-';

/** Rules on the engine's host that keep stages away from it and from the network it stands in. */
export interface Firewall {
  /**
   * Sees that the rules stand, and puts back what is gone. Safe to call at once and often.
   * Resolves what stages can reach all the same, in words; empty: nothing that they should not.
   */
  ensure(): Promise<readonly string[]>;
}

/** What a stage reaches when there are no rules. */
export const NO_FIREWALL: Firewall = {
  ensure: () =>
    Promise.resolve([
      'no firewall is set: stages can reach the host of the engine, private networks and cloud metadata',
    ]),
};
