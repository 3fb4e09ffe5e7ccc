import type { StageOptions } from './options.js';
import type { StageId, StageSpec } from './stage.js';

/** A stage as the file defines it, before an event decides what runs. */
export interface StageDefinition {
  readonly id: StageId;
  /** `pre_build`, … without the part. */
  readonly name: string;
  readonly part?: string;
  readonly spec: StageSpec;
  /** What the file adds to the stage; absent in a file of Cyclone v0.2. */
  readonly options?: StageOptions;
  /** Where the section stands in the file, 1-based. */
  readonly line: number;
  readonly column: number;
}

export interface PlannedStage extends StageDefinition {
  readonly timeoutSeconds: number;
  /** Present: the stage does not run, and this is why. */
  readonly skip?: SkipReason;
  /** What policy does not allow this stage, in words; not empty: the stage fails without running. */
  readonly refusals: readonly string[];
  /** The values of a matrix for which this stage runs, by axis. */
  readonly cell?: Readonly<Record<string, string>>;
  /**
   * Stages of other jobs that must have succeeded before this one begins; those before it in its own job
   * always must. Absent: none.
   */
  readonly waitsFor?: readonly StageId[];
  /** Stages named by its `needs` that keep artifacts: they are laid out in its workspace. Absent: none. */
  readonly takesFrom?: readonly StageId[];
}

/**
 * What BullMQ schedules: stages in order on one worker in one workspace. Where a stage in the middle waits
 * for other jobs, the job leaves its worker and comes back when they are done.
 */
export interface PlannedJob {
  readonly id: string;
  readonly stages: readonly StageId[];
  /** Ids of the jobs with the stages that the first stage waits for. For people: `waitsFor` decides. */
  readonly needs: readonly string[];
  /** Labels that its worker must have, for all of its stages: sorted, each once. Absent: any worker will do. */
  readonly runsOn?: readonly string[];
  /** The build of another job whose image stages of this one use: they run on the machine that built it. */
  readonly imageOf?: StageId;
}

export interface Plan {
  readonly version: 1;
  /** The name that `build` gives its image: `registry/owner/repo:tag`. */
  readonly image: string;
  /** Present: nothing runs at all, and this is why (`[skip ci]`). */
  readonly skip?: SkipReason;
  readonly stages: readonly PlannedStage[];
  readonly jobs: readonly PlannedJob[];
}

export type SkipReason =
  /** The table of events leaves the stage out. */
  | { readonly kind: 'event'; readonly message: string }
  /** An earlier stage of the chain did not succeed. */
  | { readonly kind: 'earlier_stage'; readonly stage: StageId; readonly message: string }
  /** Named by the commit or by a condition of the file. */
  | { readonly kind: 'condition'; readonly message: string }
  /** Somebody started the run for other stages. It can still be run, as one that has run can run again. */
  | { readonly kind: 'not_asked'; readonly message: string };
