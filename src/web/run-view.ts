import type { Issue, Plan, Repository, RunProgress, Trigger } from '../pipeline/model.js';

/** A run with all that a page shows of it. */
export interface RunView {
  readonly id: number;
  readonly repository: Repository;
  readonly trigger: Trigger;
  readonly plan: Plan;
  readonly progress: RunProgress;
  /** Problems of caicloud.yml. */
  readonly issues: readonly Issue[];
  /** milliseconds since the epoch */
  readonly createdAt: number;
}
