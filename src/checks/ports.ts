import type {
  Answer,
  Conclusion,
  Issue,
  Plan,
  Repository,
  RunProgress,
  StageId,
  Trigger,
} from '../pipeline/model.js';

/** The name of the check of the whole run among a run's checks. */
export const WHOLE_RUN = 'cyclone';

/** A check of a run: {@link WHOLE_RUN}, or a stage. */
export type CheckKey = StageId;

export interface Annotation {
  readonly path: string;
  readonly startLine: number;
  readonly endLine: number;
  readonly startColumn?: number;
  readonly endColumn?: number;
  readonly level: 'notice' | 'warning' | 'failure';
  readonly title: string;
  readonly message: string;
}

/** A button on a check. GitHub takes three, with 20, 20 and 40 characters: https://docs.github.com/en/rest/checks/runs */
export interface Action {
  readonly label: string;
  /** Comes back when it is pressed. */
  readonly identifier: 'cancel' | 'approve' | 'rerun';
  readonly description: string;
}

/** What one check should look like on GitHub now. Rendered, cut to GitHub's limits. */
export interface CheckView {
  readonly name: string;
  readonly sha: string;
  readonly externalId: string;
  readonly detailsUrl: string;
  readonly status: 'queued' | 'in_progress' | 'completed';
  readonly conclusion?: Conclusion;
  /** milliseconds since the epoch */
  readonly startedAt?: number;
  readonly completedAt?: number;
  readonly title: string;
  readonly summary: string;
  readonly text?: string;
  readonly annotations: readonly Annotation[];
  /** Those of before go. */
  readonly actions: readonly Action[];
}

/** A run with all that a check shows of it. */
export interface CheckSubject {
  readonly run: number;
  readonly repository: Repository;
  readonly trigger: Trigger;
  readonly plan: Plan;
  readonly progress: RunProgress;
  /** Problems of caicloud.yml; an error means that nothing was planned. */
  readonly issues: readonly Issue[];
}

/** GitHub said no for now: try again, not before `retryAt` (ms since the epoch) when given. */
export class CheckRetry extends Error {
  override readonly name = 'CheckRetry';
  readonly retryAt: number | undefined;
  /** The request may have been carried out although no answer came. */
  readonly uncertain: boolean;
  constructor(message: string, options: { retryAt?: number; uncertain: boolean; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.retryAt = options.retryAt;
    this.uncertain = options.uncertain;
  }
}

/** GitHub will never take this check (repository gone, payload refused): give up and log. */
export class CheckRefused extends Error {
  override readonly name = 'CheckRefused';
}

/** One installation's checks on GitHub. Does not retry; throws CheckRetry or CheckRefused. */
export interface CheckApi {
  create(repository: Repository, view: CheckView): Promise<{ id: number }>;
  update(repository: Repository, id: number, view: CheckView): Promise<void>;
  /** Our own app's check runs of that name on the commit, newest first. */
  find(
    repository: Repository,
    sha: string,
    name: string,
  ): Promise<readonly { id: number; externalId: string }[]>;
}

/** What is left of an installation's rate limit. */
export interface Budget {
  readonly limit: number;
  readonly remaining: number;
  /** milliseconds since the epoch */
  readonly resetAt: number;
}

/** A check that GitHub does not know in its newest state yet. */
export interface DirtyCheck {
  readonly run: number;
  readonly key: CheckKey;
  readonly installationId: number;
  readonly githubId?: number;
  /** A create was begun and its end is unknown: look before creating. */
  readonly creating: boolean;
  /** Grows with every change of the subject. */
  readonly wanted: number;
  /** What GitHub has. 0: nothing, or what another run has said. */
  readonly sent: number;
}

/**
 * Whose the check of a name on a commit is. Several runs of a commit may have one of that name: the run about
 * which somebody decided last, by its start, its approval or its re-run, has it.
 */
export interface Claim {
  readonly holder: number;
  /** Another run may have made the check on GitHub. */
  readonly shared: boolean;
}

/** What the publisher must not forget, kept in SQL. */
export interface CheckStore {
  /** All checks with sent < wanted, of unfinished and finished runs. */
  dirty(): Promise<readonly DirtyCheck[]>;
  dirtyOf(run: number): Promise<readonly DirtyCheck[]>;
  subject(run: number): Promise<CheckSubject | undefined>;
  /** Before a create is sent. */
  creating(run: number, key: CheckKey): Promise<void>;
  /** `told`: when GitHub took the end of what ended then; ms since the epoch. */
  sent(
    run: number,
    key: CheckKey,
    githubId: number,
    sent: number,
    told?: { readonly endedAt: number; readonly at: number },
  ): Promise<void>;
  claim(run: number, key: CheckKey): Promise<Claim>;
  /** Another run has the check: what this one is up to `wanted` is not to be told. */
  yielded(run: number, key: CheckKey, wanted: number): Promise<void>;
  /** GitHub refused it for good: it is not dirty any more, unless it has changed since `wanted`. */
  refused(run: number, key: CheckKey, reason: string, wanted: number): Promise<void>;
}

// ── the one comment of a pull request ───────────────────────────────────────────────────────────

export type { Answer };

/** A pull request whose comment GitHub does not know as it should be. */
export interface Thread {
  /** GitHub's id. */
  readonly repository: number;
  readonly pull: number;
  readonly installationId: number;
}

/** The one comment of ours on a pull request, as far as it was made. */
export interface StickyComment {
  readonly repository: Repository;
  readonly pull: number;
  readonly githubId?: number;
  /** A create was begun and its end is unknown. */
  readonly creating: boolean;
  /** The head for which somebody deleted it. */
  readonly deletedFor?: string;
  /** The newest few, oldest first; each with the `wanted` that it came with. */
  readonly answers: readonly (Answer & { readonly since: number })[];
  /** Grows with every change of a run of the pull request, and with every answer. */
  readonly wanted: number;
  /** What GitHub has. */
  readonly sent: number;
}

/** The comments of pull requests, kept in SQL with the runs. */
export interface CommentStore {
  dirty(): Promise<readonly Thread[]>;
  /** The one of the run's pull request, if GitHub does not know it as it should be. */
  dirtyOf(run: number): Promise<readonly Thread[]>;
  load(thread: Thread): Promise<StickyComment | undefined>;
  /** The newest few runs of the pull request, newest first. */
  subjects(thread: Thread): Promise<readonly CheckSubject[]>;
  /** Before a create is sent. */
  creating(thread: Thread): Promise<void>;
  /** Without an id: there is nothing to tell. */
  sent(thread: Thread, githubId: number | undefined, wanted: number): Promise<void>;
  /** Somebody deleted it while this commit was the head. What it had said is forgotten with it. */
  deleted(thread: Thread, sha: string): Promise<void>;
  /** The same question again changes nothing. */
  answer(repository: Repository, pull: number, answer: Answer): Promise<void>;
}

/** Somebody deleted the comment. */
export class CommentGone extends Error {
  override readonly name = 'CommentGone';
}

/** Comments of ours on pull requests. Does not retry; throws CheckRetry, CheckRefused, or CommentGone. */
export interface CommentApi {
  create(repository: Repository, pull: number, body: string): Promise<{ id: number }>;
  update(repository: Repository, id: number, body: string): Promise<void>;
  /** Our App's oldest comment there that has the marker. */
  find(repository: Repository, pull: number, marker: string): Promise<number | undefined>;
}

/** The end of a stage's log, for the text of its check. */
export interface LogTail {
  /** At most `bytes` from the end, starting at a line when cut; and the log's whole size. */
  tail(
    log: { readonly run: number; readonly stage: StageId },
    bytes: number,
  ): Promise<{ bytes: Buffer; size: number }>;
}

/** Addresses of our own pages; signed for private repositories. */
export interface Links {
  run(run: number, isPrivate: boolean): string;
  stage(run: number, stage: StageId, isPrivate: boolean): string;
  /** What a stage kept, to be downloaded. */
  artifacts(run: number, stage: StageId, isPrivate: boolean): string;
  /** What a stage printed that it did not print when it passed the last time. */
  difference(run: number, stage: StageId, isPrivate: boolean): string;
}

/** The probable first cause of a stage's failure, as its log says it: plain text, a few dozen lines at most. */
export interface FirstCause {
  /** Number of its first line in the log, from 1. */
  readonly line: number;
  /** How many lines, from `line` on, say it. */
  readonly lines: number;
  readonly text: string;
  /** Up to five lines on either side. */
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** What is known of why a stage failed. Neither rejects: what cannot be found out is not said. */
export interface Findings {
  cause(run: number, stage: StageId): Promise<FirstCause | undefined>;
  /** The run to compare with: the last one before it in which the stage passed. */
  lastPassed(run: number, stage: StageId): Promise<number | undefined>;
}

/** Time, so that tests decide it. */
export interface Clock {
  now(): number;
  /** Resolves after so many milliseconds, or at once when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
