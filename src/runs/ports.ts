import type {
  Blob,
  Conclusion,
  Issue,
  Plan,
  Repository,
  RunProgress,
  StageId,
  Trigger,
} from '../pipeline/model.js';
import type { TracePart } from '../pipeline/trace.js';
import type { SignedIncoming } from './incoming.js';
import type { Schedule } from './intake-event.js';

export type { Incoming, SignedIncoming } from './incoming.js';
export type { Changes, IntakeEvent, Schedule } from './intake-event.js';

/** A run as it is stored. */
export interface RunRecord {
  readonly id: number;
  readonly repository: Repository;
  readonly trigger: Trigger;
  /** `branch:main`, `tag:v1`: with repository and commit it names the run. */
  readonly scope: string;
  readonly trusted: boolean;
  readonly plan: Plan;
  readonly progress: RunProgress;
  /** Problems of caicloud.yml. */
  readonly issues: readonly Issue[];
  /** milliseconds since the epoch */
  readonly createdAt: number;
}

export type NewRun = Omit<RunRecord, 'id'>;

export interface RunFilter {
  /** `owner/name` */
  readonly repository?: string;
  readonly branch?: string;
  readonly status?: string;
  readonly conclusion?: string;
  readonly event?: string;
  /** GitHub login; upper and lower case are one. */
  readonly actor?: string;
  /** Lower case: the commit, or how it begins. */
  readonly sha?: string;
  readonly pullRequest?: number;
  readonly tag?: string;
  /** ms since the epoch: from `from` on, and before `until`. */
  readonly created?: { readonly from?: number; readonly until?: number };
  readonly oldestFirst?: true;
  readonly publicOnly: boolean;
  /** With `publicOnly`: those of these repositories (GitHub's ids) too. */
  readonly alsoRepositories?: readonly number[];
  readonly limit: number;
  readonly offset: number;
}

/** What takes the place of a plan in which nothing runs. */
export type Replan = Pick<RunRecord, 'trigger' | 'trusted' | 'plan' | 'progress' | 'issues'>;

export interface RunStore {
  /** Stores a run with its checks unsent, or gives back the one of the same repository, commit and scope. */
  create(run: NewRun): Promise<{ readonly run: RunRecord; readonly created: boolean }>;
  load(id: number): Promise<RunRecord | undefined>;
  /**
   * Replaces the progress of a run in one transaction; no other change comes between. When `change`
   * returns the object that it was given, nothing is written. `changed` in the answer tells which.
   */
  update(
    id: number,
    change: (run: RunRecord) => RunProgress,
  ): Promise<{ readonly run: RunRecord; readonly changed: boolean } | undefined>;
  /**
   * Gives a run for which nothing was planned another plan, in one transaction with its checks; no other change
   * comes between. `change` returns undefined, or the run has stages: nothing is written.
   */
  replan(
    id: number,
    change: (run: RunRecord) => Replan | undefined,
  ): Promise<{ readonly run: RunRecord; readonly changed: boolean } | undefined>;
  /** Runs that are not completed, oldest first. */
  unfinished(): Promise<readonly number[]>;
  /** Of these, those with a job in the queue or with a worker that not every worker may take, oldest first. */
  choosy(): Promise<readonly number[]>;
  /**
   * The run to compare with: the newest before this one in which the stage passed, of the same branch, tag or pull
   * request where there is one, else of the default branch, else another of the repository's own.
   */
  lastPassed(run: number, stage: StageId): Promise<RunRecord | undefined>;
  /** The newest runs of these scopes, newest first: as many as tell what is going on there. */
  inScopes(repository: number, scopes: readonly string[]): Promise<readonly RunRecord[]>;
  /** Newest first. */
  ofCommit(repository: number, sha: string): Promise<readonly RunRecord[]>;
  list(filter: RunFilter): Promise<{ readonly runs: readonly RunRecord[]; readonly total: number }>;
}

/** Where the time of a run that is over went, since somebody last had it begin. */
export interface RunTrace {
  readonly run: Pick<RunRecord, 'id' | 'repository' | 'trigger'>;
  readonly conclusion: Conclusion;
  /** One line for people. */
  readonly reason: string;
  /** The run first; each behind the one that it lies in. */
  readonly parts: readonly TracePart[];
}

/** Tells others where the time of runs went. */
export interface TraceSink {
  /** Resolves when it was taken, or given up for good; rejects when we end before either. */
  send(trace: RunTrace): Promise<void>;
}

/** Counts the parts of traces. Must not throw. */
export interface TraceCounts {
  sent(parts: number): void;
  /** `full`: too many waited; `unavailable`: who takes them was away; `refused`: does not want them. */
  dropped(parts: number, why: 'full' | 'unavailable' | 'refused'): void;
}

/** What is known of traces of runs that are over. */
export interface TraceStore {
  /** Undefined: it is not over, or its trace was sent. `open`: GitHub is still to be told something of it. */
  due(
    run: number,
  ): Promise<
    | { readonly run: RunRecord; readonly told: ReadonlyMap<string, number>; readonly open: boolean }
    | undefined
  >;
  /** Runs that were over at that time (ms since the epoch) or later, and whose traces were not sent. */
  left(since: number): Promise<readonly number[]>;
  /** The trace of the run that was over then was sent. */
  sent(run: number, completedAt: number): Promise<void>;
}

/** The repositories that had runs. */
export interface RepositoryStore {
  /** Its names and visibility are as given from now on. One that never had a run is not kept. */
  follow(repository: Repository): Promise<void>;
  byId(ids: readonly number[]): Promise<readonly Repository[]>;
  ofInstallation(installation: number): Promise<readonly Repository[]>;
  /** Their checks will never be taken: none of them is tried any more. */
  giveUpChecks(repositories: readonly number[], reason: string): Promise<void>;
}

/** A stage of a run in the line of its group. */
export interface Place {
  readonly run: number;
  readonly stage: StageId;
}

/**
 * The lines of stages of which one runs at a time, by repository and name of the group. Who stands first
 * has the group, and passes it on by leaving. Each call is one transaction.
 */
export interface GroupStore {
  /** Stands in line, for the first time or still. @returns who is first */
  join(repository: number, group: string, place: Place, at: number): Promise<Place>;
  first(repository: number, group: string): Promise<Place | undefined>;
  /** Takes these stages out of their lines. @returns who stands in these lines now, in order */
  leave(repository: number, places: readonly Place[]): Promise<readonly Place[]>;
  /** Everybody who stands in a line, with the repository. */
  all(): Promise<readonly (Place & { readonly repository: number })[]>;
}

/** The file is there, and GitHub does not give its content. */
export class FileTooLarge extends Error {
  override readonly name = 'FileTooLarge';
  /** Relative to the repository's root. */
  readonly path: string;
  constructor(file: string) {
    super(`${file} is larger than 1 MiB`);
    this.path = file;
  }
}

/** Files of a repository at a commit. Rejects when GitHub cannot be asked: the intake is tried again. */
export interface RepositoryFiles {
  /** Undefined: there is no such file. @throws FileTooLarge */
  readFile(repository: Repository, sha: string, path: string): Promise<string | undefined>;
  exists(repository: Repository, sha: string, path: string): Promise<boolean>;
}

export type Newest =
  /** The repository as it is called now, and the head of the branch. */
  | {
      readonly kind: 'commit';
      readonly repository: Repository;
      readonly branch: string;
      readonly sha: string;
      readonly message: string;
    }
  | { readonly kind: 'no_branch'; readonly branch: string }
  /** It is gone, or not ours to see any more. */
  | { readonly kind: 'no_repository' };

/** Rejects when GitHub cannot be asked. */
export interface RepositoryHistory {
  /** Without a branch: of the default one. */
  newest(repository: Repository, branch: string | undefined): Promise<Newest>;
  /** Paths that changed on the way to `head` since it left `base`; undefined: there are more than GitHub lists. */
  changed(repository: Repository, base: string, head: string): Promise<readonly string[] | undefined>;
  /** The commit of a full ref, or of a sha; undefined: there is no such thing, or no repository. */
  commit(
    repository: Repository,
    ref: string,
  ): Promise<{ readonly sha: string; readonly message: string } | undefined>;
}

/** A pull request as it is now. */
export interface PullRequest {
  readonly number: number;
  readonly state: 'open' | 'closed';
  readonly draft: boolean;
  /** The commit that is tested. */
  readonly sha: string;
  /** The head's branch, in whatever repository. */
  readonly headRef: string;
  /** The branch that it wants to go into. */
  readonly base: string;
  readonly fork: boolean;
  readonly title: string;
  /** GitHub login; of an account that is gone, `ghost`. */
  readonly author: string;
  /** What the author is to the repository, in GitHub's words: `FIRST_TIME_CONTRIBUTOR`, `MEMBER`. */
  readonly association: string;
}

/** Rejects when GitHub cannot be asked. */
export interface PullRequests {
  /** The open one with this branch of the repository itself as its head; of several, the newest. */
  openFor(repository: Repository, branch: string): Promise<PullRequest | undefined>;
  /** Undefined: there is none, or it is not ours to see any more. */
  get(repository: Repository, number: number): Promise<PullRequest | undefined>;
}

/** Lines of ours in the log of a stage, between what two owners of its job wrote. */
export interface LogNotes {
  /** The same again changes nothing; a stage without a log gets none. */
  note(run: number, stage: StageId, fence: number, line: string): Promise<void>;
}

/** When a schedule's time has come. */
export interface ScheduleDue {
  readonly repository: Repository;
  /** Its place among the repository's schedules. */
  readonly number: number;
  readonly schedule: Schedule;
  /** The time for which it asks, ms since the epoch: of those that went by while nobody listened, the first. */
  readonly slot: number;
  /** It was tried before, and could not be carried out. */
  readonly again: boolean;
}

/** What is to happen at its time, kept with the queues. */
export interface Schedules {
  /** Whether these are the repository's schedules, and the repository is called as it is known. */
  has(repository: Repository, schedules: readonly Schedule[]): Promise<boolean>;
  /** Makes these the repository's schedules, and no others; safe twice. One that stays keeps its next time. */
  set(repository: Repository, schedules: readonly Schedule[]): Promise<void>;
}

export interface CloneTokens {
  /** @param refused one that is no good any more: another is given */
  cloneToken(repository: Repository, refused?: string): Promise<string>;
}

/** The secrets cannot be read. The message is for the operator, and says nothing of what they hold. */
export class SecretsUnavailable extends Error {
  override readonly name = 'SecretsUnavailable';
}

export interface SecretStore {
  /** By name, what stages of this repository may have; nothing is kept for it: none. @throws SecretsUnavailable */
  secretsOf(repository: Repository): Promise<Readonly<Record<string, string>>>;
}

/** Webhooks that GitHub could not deliver. */
/** What is left of a rate limit. */
export interface Budget {
  readonly limit: number;
  readonly remaining: number;
  /** ms since the epoch */
  readonly resetAt: number;
}

/** Counts what we ask GitHub, and what it leaves us. Must not throw. */
export interface TrafficObserver {
  /** `operation` as `POST /repos/{owner}/{repo}/check-runs`; `status` undefined: no answer, or half of one. */
  asked(operation: string, status: number | undefined): void;
  /** `resource` is GitHub's word, as `core`. */
  budget(installation: number | 'app', resource: string, budget: Budget): void;
}

/** An event of which no attempt to deliver it was taken. */
export interface MissedDelivery {
  /** Of its newest attempt. */
  readonly id: number;
  /** When it was tried first and last, as far as was looked back; ms since the epoch. */
  readonly first: number;
  readonly last: number;
}

export interface MissedDeliveries {
  /** Events of that time (ms since the epoch) or later of which no attempt was taken, oldest first. */
  since(time: number): Promise<readonly MissedDelivery[]>;
  /** All events of that time or later, taken or not, oldest first: ids of their newest attempts. */
  allSince(time: number): Promise<readonly number[]>;
  /** Has one sent again, with the delivery id that it had. @returns whether GitHub will */
  redeliver(id: number): Promise<boolean>;
}

/** The durable write behind a webhook's 202. */
export interface IntakeQueue {
  /** Rejects when it was not written. A delivery that is there already changes nothing. */
  add(incoming: SignedIncoming): Promise<void>;
}

/**
 * Whether a body with this signature came before under another delivery id. GitHub signs the body and not the id: who
 * has seen one could send it again as something new. Rejects when it cannot be told.
 */
export type IsReplay = (signature: string, delivery: string) => Promise<boolean>;

export interface JobQueue {
  /**
   * Puts a job before the workers that have all these labels (sorted; none: before all); the same run, job and
   * attempt twice is one.
   */
  enqueue(run: number, job: string, attempt: number, labels?: readonly string[]): Promise<void>;
  /** Whether the queue still has it, waiting or with a worker; `failed`: the queue gave it up. */
  state(
    run: number,
    job: string,
    attempt: number,
    labels?: readonly string[],
  ): Promise<'alive' | 'failed' | 'gone'>;
  /**
   * Takes back a job that no worker has, or whose worker holds it no more.
   * @returns false: it is with a worker, or not in the queue
   */
  withdraw(run: number, job: string, attempt: number, labels?: readonly string[]): Promise<boolean>;
}

/** The workers that are there now, wherever they are. */
export interface WorkerPresence {
  /** The labels of each. */
  labels(): Promise<readonly ReadonlySet<string>[]>;
}

/** Says which owner of a job may still write to its story. */
export interface Fences {
  /** A number greater than `atLeast` and any before; from now on events of older owners are refused. */
  raise(run: number, job: string, atLeast: number): Promise<number>;
}

/** Tells the workers, wherever they are. */
export interface Cancellations {
  cancel(run: number, by: string): Promise<void>;
}

/** The stream of what workers report. */
export interface ReportedEvents {
  /** Resolves when everything that was reported before the call has been applied. */
  settled(): Promise<void>;
}

/** Told after a change of a run is stored; must not wait for anything. */
export type RunListener = (run: number) => void;

export interface Clock {
  now(): number;
}

export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

// ── the depot: what outlives a job ──────────────────────────────────────────────────────────────

/** A blob was not kept, in words for the worker that sent it. */
export class BlobRefused extends Error {
  override readonly name = 'BlobRefused';
  readonly reason: 'too_large' | 'no_space' | 'broken';
  constructor(reason: BlobRefused['reason'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** When a blob is not worth its room any more. */
export interface BlobsKept {
  readonly unusedMs: number;
  /** All blobs together; above it the longest unused go first. */
  readonly bytes: number;
}

/**
 * Bytes on the server's disk, named by what they are. All methods may be called at once, also for one
 * digest; a digest that is none is one that is not there.
 */
export interface BlobStore {
  /** Keeps all or nothing; the same again changes nothing. @throws BlobRefused, or what `content` throws */
  put(content: AsyncIterable<Buffer>): Promise<Blob>;
  /** Counts as a use. Nothing is held open until `content` is read; it throws when the blob is removed before. */
  get(
    digest: string,
  ): Promise<{ readonly bytes: number; readonly content: AsyncIterable<Buffer> } | undefined>;
  /** Whether it is there, whole. Counts as a use. */
  touch(blob: Blob): Promise<boolean>;
  /** Bytes of all blobs, as the last tidying found them and puts since. */
  held(): number;
  /** Removes what is not worth its room, and what a process that was killed left half written. */
  tidy(kept: BlobsKept): Promise<{ readonly removed: number }>;
}

export interface CacheEntry extends Blob {
  /** GitHub's id. */
  readonly repository: number;
  readonly scope: string;
  readonly key: string;
  readonly run: number;
  /** milliseconds since the epoch */
  readonly at: number;
}

export interface ResultEntry {
  /** GitHub's id. */
  readonly repository: number;
  readonly domain: string;
  readonly address: string;
  readonly run: number;
  readonly stage: StageId;
  /** milliseconds since the epoch */
  readonly at: number;
}

/** What is known of blobs: by which key and address they are found. */
export interface DepotIndex {
  /** In place of an older one of the same scope and key. Again, or too late: nothing changes. */
  addCache(entry: CacheEntry): Promise<void>;
  cache(repository: number, scope: string, key: string): Promise<CacheEntry | undefined>;
  /** The newest over all these scopes whose key begins with `prefix`, character by character. */
  newestCache(repository: number, scopes: readonly string[], prefix: string): Promise<CacheEntry | undefined>;
  /** Notes that it was found at that time. */
  useCache(entry: CacheEntry, at: number): Promise<void>;
  /** Unless it was replaced meanwhile. */
  removeCache(entry: CacheEntry): Promise<void>;
  /** In place of an older one of the same domain and address. Again, or too late: nothing changes. */
  addResult(entry: ResultEntry): Promise<void>;
  result(repository: number, domain: string, address: string): Promise<ResultEntry | undefined>;
  /** Notes that it was found at that time. */
  useResult(entry: ResultEntry, at: number): Promise<void>;
  /** Unless it was replaced meanwhile. */
  removeResult(entry: ResultEntry): Promise<void>;
  /** Of both, what was neither made nor found at that time (ms since the epoch) or later. */
  removeUnused(since: number): Promise<void>;
}
