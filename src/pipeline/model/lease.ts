import type { KeptFiles, Outcome, StageFacts } from './outcome.js';
import type { Plan, PlannedJob } from './plan.js';
import type { RegistryAuth, StageId } from './stage.js';
import type { Repository, Trigger } from './trigger.js';

/** What a worker holds while it carries out one job. */
export interface Lease {
  readonly run: number;
  readonly job: PlannedJob;
  readonly plan: Plan;
  readonly repository: Repository;
  readonly trigger: Trigger;
  /** The repository is in CYCLONE_TRUSTED_REPOS and the event is no fork's. */
  readonly trusted: boolean;
  /** This owner's number; greater than any before. */
  readonly fence: number;
  readonly cloneToken?: string;
  /** Credentials by registry host, and to that host only. */
  readonly registries: Readonly<Record<string, RegistryAuth>>;
  /** Values that must not appear in a log. */
  readonly secrets: readonly string[];
  /** Stages that an earlier owner ended, with what they left; they are not done again. */
  readonly done: readonly {
    readonly stage: StageId;
    readonly outcome: Outcome;
    readonly facts: StageFacts;
  }[];
  /** A stage that an earlier owner had begun: its end is unknown. */
  readonly begun?: StageId;
  /** The first stage that must still wait, for other jobs or for its group: the job is given back before it. */
  readonly until?: StageId;
  /** The image that another job built and this one uses: its stage, and its id in the engine of that worker. */
  readonly built?: { readonly by: StageId; readonly image: string };
  /** By stage of the job: the secrets that it names, by name. None for a fork. */
  readonly stageSecrets?: Readonly<Record<StageId, Readonly<Record<string, string>>>>;
  /** By stage of the job: the secrets that it names and cannot have, each with what to do. It fails without running. */
  readonly missingSecrets?: Readonly<Record<StageId, readonly string[]>>;
  /** By stage of the job: the artifacts of what it needs, laid out in the workspace before it begins. */
  readonly handed?: Readonly<Record<StageId, readonly (KeptFiles & { readonly from: StageId })[]>>;
  /** The page of the run. */
  readonly url: string;
}
