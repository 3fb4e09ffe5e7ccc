/**
 * The words of Cyclone as plain data: what triggered a run, what was planned, what happened.
 * Everything here is JSON: it is stored in SQL, sent through Redis and printed by `cyclone lint`.
 */

/** A repository as GitHub knows it. */
export interface Repository {
  readonly id: number;
  readonly owner: string;
  readonly name: string;
  readonly private: boolean;
  /** Taken from the payload, never built: GitHub Enterprise has other hosts. */
  readonly cloneUrl: string;
  readonly htmlUrl: string;
  readonly defaultBranch: string;
  readonly installationId: number;
}

export type TriggerEvent = 'push' | 'tag' | 'pull_request' | 'merge_group' | 'schedule' | 'manual';

/** What asked for a run. `ref` is always a full ref (`refs/heads/…`, `refs/tags/…`, `refs/pull/N/head`). */
export interface Trigger {
  readonly event: TriggerEvent;
  readonly sha: string;
  readonly ref: string;
  readonly branch?: string;
  readonly tag?: string;
  readonly pullRequest?: number;
  /** The branch that a pull request wants to go into. */
  readonly base?: string;
  /** What happened to the pull request, in GitHub's words: `opened`, `synchronize`. */
  readonly action?: string;
  /** The code comes from another repository: nothing of ours is trusted to it. */
  readonly fork: boolean;
  /** First line of the commit message, for people. */
  readonly title: string;
  /** The whole commit message: `[skip ci]` is looked for here. */
  readonly message: string;
  /** GitHub login. */
  readonly sender: string;
}

// ── the plan ────────────────────────────────────────────────────────────────────────────────────

/** The image name that stands for "the image that this run's build made". */
export const BUILT_IMAGE = 'BUILT_IMAGE';

export type ChainStage = 'pre_build' | 'build' | 'integration' | 'publish' | 'post_build' | 'deploy';
export const CHAIN: readonly ChainStage[] = [
  'pre_build',
  'build',
  'integration',
  'publish',
  'post_build',
  'deploy',
];

/** What follows `cyclone/` in the name of the check: `pre_build`, `pre_build:api`, `lint (node=20)`. */
export type StageId = string;

export interface RegistryAuth {
  readonly username?: string;
  readonly password?: string;
  readonly email?: string;
  readonly registryToken?: string;
}

/** A container section, normalised: lists are lists, environment is `K=V` in file order. */
export interface ContainerSpec {
  /** An image reference, or `BUILT_IMAGE`. */
  readonly image: string;
  readonly pull: boolean;
  readonly environment: readonly string[];
  /** Lines of one shell script. Empty: the container's own command runs. */
  readonly commands: readonly string[];
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  /** `src:dst` as written; entries without a colon are already gone. */
  readonly volumes: readonly string[];
  readonly ports: readonly string[];
  /** `service` or `service:alias`. */
  readonly links: readonly string[];
  /** `host:address`. */
  readonly extraHosts: readonly string[];
  readonly dns: readonly string[];
  readonly devices: readonly string[];
  readonly net?: string;
  /** bytes */
  readonly memLimit?: number;
  readonly cpuset?: string;
  readonly oomKillDisable: boolean;
  readonly privileged: boolean;
  readonly authConfig?: RegistryAuth;
}

export interface ServiceSpec extends ContainerSpec {
  readonly name: string;
}

export interface ContainerStage {
  readonly kind: 'container';
  readonly container: ContainerSpec;
  readonly services: readonly ServiceSpec[];
  /** Paths in the container, copied into the workspace root after success. */
  readonly outputs: readonly string[];
}

export interface ImageBuildStage {
  readonly kind: 'image_build';
  /** Relative to the workspace root; `.` is the root. */
  readonly contextDir: string;
  /** Relative to contextDir. */
  readonly dockerfileName: string;
  /** `release`: the image that publish pushes (`build`). `outputs`: only files are wanted (`pre_build`). */
  readonly purpose: 'release' | 'outputs';
  readonly outputs: readonly string[];
  /** `ARG` values, `K=V` in file order. */
  readonly args?: readonly string[];
  /** Stage of the Dockerfile; the last one when absent. */
  readonly target?: string;
  readonly platform?: string;
  readonly cacheFrom?: readonly string[];
  /** `K=V` */
  readonly labels?: readonly string[];
}

export interface PublishStage {
  readonly kind: 'publish';
  /** Instead of the image name that build gives; without a tag. */
  readonly image?: string;
  /** Further tags. `${CYCLONE_TAG}` and the like are filled in by the planner. */
  readonly tags?: readonly string[];
}

export interface DeployTarget {
  readonly type: string;
  readonly host?: string;
  readonly token?: string;
  readonly cluster?: string;
  readonly namespace?: string;
  readonly deployment?: string;
  readonly containers: readonly string[];
}

export interface DeployStage {
  readonly kind: 'deploy';
  readonly targets: readonly DeployTarget[];
}

// ── what a file may add to any stage ────────────────────────────────────────────────────────────

/** Globs; a list holds when one of it matches, and all that are given must hold. */
export interface When {
  readonly event?: readonly string[];
  readonly branch?: readonly string[];
  readonly tag?: readonly string[];
  /** Of files that the push or pull request changed. */
  readonly path?: readonly string[];
}

export interface Matrix {
  /** In file order; values are text. */
  readonly axes: readonly { readonly name: string; readonly values: readonly string[] }[];
  readonly include: readonly Readonly<Record<string, string>>[];
  readonly exclude: readonly Readonly<Record<string, string>>[];
}

export type RetryCause = 'infra' | 'timeout' | 'exit';

export interface Retry {
  /** Further tries; 0 is none. */
  readonly max: number;
  /** Absent: after any failure. */
  readonly on?: readonly RetryCause[];
  readonly exitCodes?: readonly number[];
}

export interface CacheSpec {
  readonly key: string;
  readonly paths: readonly string[];
  readonly restoreKeys: readonly string[];
}

export interface Reports {
  readonly junit?: string;
  readonly sarif?: string;
  readonly tap?: string;
  readonly benchmark?: string;
}

export interface StageOptions {
  readonly when?: When;
  /** Ids of stages or names of all their parts and cells: `lint`, `pre_build:api`. */
  readonly needs?: readonly string[];
  readonly matrix?: Matrix;
  readonly timeoutSeconds?: number;
  readonly retry?: Retry;
  readonly allowFailure?: boolean;
  /** Names of secrets; each becomes an environment variable. */
  readonly secrets?: readonly string[];
  readonly cache?: readonly CacheSpec[];
  /** Globs of what the result depends on. */
  readonly inputs?: readonly string[];
  /** Paths that are kept, and handed to the stages that need this one. */
  readonly artifacts?: readonly string[];
  readonly reports?: Reports;
  /** cores, bytes, processes */
  readonly resources?: { readonly cpu?: number; readonly memory?: number; readonly pids?: number };
  /** Labels that a worker must have. */
  readonly runsOn?: readonly string[];
  readonly checkout?: { readonly submodules?: boolean; readonly lfs?: boolean; readonly depth?: number };
  /** Name of a group of which one runs at a time. */
  readonly concurrency?: string;
  readonly environmentName?: string;
  readonly approval?: 'required';
}

/** Which events run a file at all. */
export interface On {
  readonly push?: PathFilter & { readonly branches?: readonly string[]; readonly tags?: readonly string[] };
  readonly pullRequest?: PathFilter & {
    readonly branches?: readonly string[];
    readonly types?: readonly string[];
  };
  readonly mergeGroup?: Readonly<Record<string, never>>;
  readonly schedule?: readonly { readonly cron: string; readonly branch?: string }[];
}

interface PathFilter {
  readonly paths?: readonly string[];
  readonly pathsIgnore?: readonly string[];
}

export interface Notification {
  readonly email?: readonly string[];
  /** Name of a secret. */
  readonly slack?: string;
  readonly webhook?: string;
  readonly on: readonly ('failure' | 'fixed' | 'success' | 'always')[];
}

export type StageSpec = ContainerStage | ImageBuildStage | PublishStage | DeployStage;

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

// ── why something did not run ───────────────────────────────────────────────────────────────────

export type SkipReason =
  /** The table of events leaves the stage out. */
  | { readonly kind: 'event'; readonly message: string }
  /** An earlier stage of the chain did not succeed. */
  | { readonly kind: 'earlier_stage'; readonly stage: StageId; readonly message: string }
  /** Named by the commit or by a condition of the file. */
  | { readonly kind: 'condition'; readonly message: string };

// ── what happened ───────────────────────────────────────────────────────────────────────────────

/** A command of a stage's `commands`, 1-based. */
export interface CommandRef {
  readonly index: number;
  readonly total: number;
  /** The command as written; may hold several lines. */
  readonly text: string;
}

export type FailureCode =
  /** The script or the container's own command ended with an exit code other than 0. */
  | 'exit'
  /** … was ended by a signal that we did not send. */
  | 'signal'
  | 'out_of_memory'
  /** The image does not exist, or the registry refuses it. */
  | 'image'
  /** `commands` are given and the image has no /bin/sh. */
  | 'no_shell'
  /** The container cannot be created or started as the file describes it (e.g. its command does not exist). */
  | 'container'
  /** The container was removed from outside while the stage ran. */
  | 'container_removed'
  | 'image_build'
  /** A path of `outputs` does not exist or may not be copied. */
  | 'output'
  /** A path of the file leaves the workspace or does not exist in it. */
  | 'workspace'
  | 'checkout'
  | 'publish'
  | 'service'
  /** The server does not have a secret that the stage names, or cannot read it. */
  | 'secret'
  | 'refused_by_policy';

export interface Failure {
  readonly code: FailureCode;
  /** One sentence for the check: what is wrong, with names. For exit, signal, out_of_memory it may be empty. */
  readonly message: string;
  readonly command?: CommandRef;
  readonly exitCode?: number;
  /** `SIGSEGV`, … */
  readonly signal?: string;
  /** bytes, with out_of_memory */
  readonly memoryLimit?: number;
}

export type Outcome =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'timed_out'; readonly afterSeconds: number; readonly command?: CommandRef }
  /** `by`: `superseded by 9be01d2`, `by alice`. */
  | { readonly kind: 'cancelled'; readonly by: string }
  | { readonly kind: 'skipped'; readonly reason: SkipReason }
  /** Ended without counting for or against the run. `allowed`: it failed, which its file allows. */
  | {
      readonly kind: 'neutral';
      readonly message: string;
      readonly allowed?: true;
      readonly failure?: Failure;
    }
  /** We broke, not the stage: a lost worker too often, a bug. */
  | { readonly kind: 'error'; readonly message: string };

/** Facts of one stage for people; every field is optional because stages end in many places. */
export interface StageFacts {
  readonly image?: string;
  /** `sha256:…` of the image that ran, was built or was pushed. */
  readonly imageDigest?: string;
  readonly exitCode?: number;
  /** How often it was tried, where more than once. */
  readonly tries?: number;
  readonly services?: readonly string[];
  /** One line each: a service that died early, OOM survived, network openings, … */
  readonly notes?: readonly string[];
  /** Where the time went, milliseconds by name (`pull`, `arm`, `run`, `outputs`, …). */
  readonly spans?: Readonly<Record<string, number>>;
  /** Set by publish: the reference that can be pulled, `name@sha256:…`. */
  readonly published?: string;
  readonly worker?: string;
  /** What `artifacts` kept. */
  readonly artifacts?: KeptFiles;
  /** Caches that the stage wrote: they count from the moment that its end is applied. */
  readonly caches?: readonly (Blob & { readonly key: string })[];
  /** Content address of the result of a stage with `inputs` that passed. */
  readonly address?: string;
  /** What of a stage with `inputs` reaches others, to be laid out again where the result is reused. */
  readonly result?: KeptFiles;
  /** It did not run: unchanged `inputs` gave the result of this earlier run. */
  readonly reusedFrom?: { readonly run: number; readonly stage: StageId };
}

/** Bytes in the depot, named by what they are. */
export interface Blob {
  /** `sha256:…` */
  readonly digest: string;
  readonly bytes: number;
}

/** A gzipped tar in the depot; its names are relative to the root of the workspace. */
export interface KeptFiles extends Blob {
  /** Entries that are no directories. */
  readonly files: number;
}

// ── a run as it stands ──────────────────────────────────────────────────────────────────────────

/** Times are milliseconds since the epoch. */
export type StageState =
  /** `waits`: for what, in words for people, where it is not just for its turn (`a worker with label gpu`). */
  | { readonly status: 'queued'; readonly waits?: string }
  | { readonly status: 'in_progress'; readonly startedAt: number }
  | {
      readonly status: 'completed';
      readonly outcome: Outcome;
      readonly facts: StageFacts;
      readonly startedAt?: number;
      readonly completedAt: number;
    };

export interface StageProgress {
  readonly id: StageId;
  readonly state: StageState;
}

export type JobStatus = 'waiting' | 'enqueued' | 'running' | 'done';

export interface JobProgress {
  readonly id: string;
  readonly status: JobStatus;
  /** How often it was put before the workers: with run and job it names the queue's entry. */
  readonly attempt: number;
  /** The newest owner. Events of an older fence are ignored. */
  readonly fence: number;
  /** The last event applied of that owner. */
  readonly seq: number;
}

export type Conclusion =
  | 'success'
  | 'failure'
  | 'neutral'
  | 'cancelled'
  | 'skipped'
  | 'timed_out'
  | 'action_required';

export type RunStatus =
  | { readonly status: 'queued' }
  | { readonly status: 'in_progress'; readonly startedAt: number }
  | {
      readonly status: 'completed';
      readonly conclusion: Conclusion;
      /** One line, as in the title of the `cyclone` check. */
      readonly reason: string;
      readonly startedAt?: number;
      readonly completedAt: number;
    };

/** Everything of a run that changes. */
export interface RunProgress {
  readonly run: RunStatus;
  /** Someone asked for its end: stages that run are being stopped. As in the outcome `cancelled`. */
  readonly cancelledBy?: string;
  readonly stages: readonly StageProgress[];
  readonly jobs: readonly JobProgress[];
}

// ── events of a worker ──────────────────────────────────────────────────────────────────────────

interface EventHead {
  readonly run: number;
  readonly job: string;
  /** The owner's number: grows by one with every worker that takes the job. */
  readonly fence: number;
  /** 1, 2, 3 … within one fence. */
  readonly seq: number;
  readonly at: number;
}

export type WorkerEvent = EventHead &
  (
    | { readonly type: 'job_started'; readonly worker: string }
    | { readonly type: 'stage_started'; readonly stage: StageId }
    | {
        readonly type: 'stage_ended';
        readonly stage: StageId;
        readonly outcome: Outcome;
        readonly facts: StageFacts;
      }
    /** The worker gives the job back (drain, lost engine): it is queued again. */
    | { readonly type: 'job_returned'; readonly reason: string }
    | { readonly type: 'job_ended' }
  );

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

/** A problem in caicloud.yml. Lines and columns are 1-based. */
export interface Issue {
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly hint: string;
  readonly line: number;
  readonly column: number;
  /** Last line of what is meant, same line when absent. */
  readonly endLine?: number;
  /** Column after the last character, on endLine. */
  readonly endColumn?: number;
}
