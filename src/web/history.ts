import type { Conclusion, RunStatus, StageId, TriggerEvent } from '../pipeline/model.js';
import type { Told } from '../pipeline/told.js';
import type { RunView } from './run-view.js';

export interface HistoryFilter {
  /** GitHub's id. */
  readonly repository: number;
  readonly branch?: string;
  readonly status?: RunStatus['status'];
  /** Ended as one of these. */
  readonly conclusions?: readonly Conclusion[];
  readonly event?: TriggerEvent;
  /** GitHub login, as it is written there. */
  readonly sender?: string;
  readonly limit: number;
  readonly offset: number;
}

/** As much of a run as a link says. */
export interface RunMention {
  readonly id: number;
  /** `branch:main`, `tag:v1`, `pull:7` */
  readonly scope: string;
  readonly status: RunStatus['status'];
  /** Undefined: it has not ended. */
  readonly conclusion: Conclusion | undefined;
  /** milliseconds since the epoch */
  readonly createdAt: number;
}

/** A run that ended, in numbers. */
export interface RunFigure {
  readonly id: number;
  readonly conclusion: Conclusion;
  /** milliseconds since the epoch */
  readonly createdAt: number;
  /** Undefined: nothing of it ever started. */
  readonly lastedMs: number | undefined;
}

/** A stage over several runs. */
export interface StageFigure {
  readonly stage: StageId;
  /** Runs in which it ran to an end. */
  readonly ends: number;
  readonly meanMs: number;
  readonly longestMs: number;
  /** Runs in which it passed after it had failed, on the same commit. */
  readonly flaky: number;
}

/** Runs over time. Answers quickly for tens of thousands of runs. */
export interface RunHistory {
  /** Newest first. */
  page(filter: HistoryFilter): Promise<{ readonly runs: readonly RunView[]; readonly hasMore: boolean }>;
  /** What has not ended, newest first. `alsoRepositories`: with `publicOnly`, those of these too. */
  open(filter: {
    readonly publicOnly: boolean;
    readonly alsoRepositories?: readonly number[];
    readonly limit: number;
  }): Promise<readonly RunView[]>;
  /** The newest run of a branch itself that says something of it: no pull request's, and none that was skipped. */
  newest(repository: number, branch: string): Promise<RunMention | undefined>;
  /** Runs that ended and began at `since` (ms since the epoch) or later, newest first. */
  figures(repository: number, since: number, limit: number): Promise<readonly RunFigure[]>;
  /** Over the run `sinceRun` and all later ones of the repository. */
  stages(repository: number, sinceRun: number): Promise<readonly StageFigure[]>;
  /** The runs of the same branch, tag or pull request beside it, and all others of its commit, newest first. */
  around(run: number): Promise<{
    readonly before: RunMention | undefined;
    readonly after: RunMention | undefined;
    readonly sameCommit: readonly RunMention[];
  }>;
  /** What GitHub has been told of a run. */
  told(run: number): Promise<Told>;
}

export interface WorkerSeen {
  readonly id: string;
  /** Sorted. */
  readonly labels: readonly string[];
  /** The machine's name; undefined: it does not say. */
  readonly host: string | undefined;
  /** Jobs in hand, and how many it takes at once; undefined: it does not say. */
  readonly busy: number | undefined;
  readonly hands: number | undefined;
  /** When it came, ms since the epoch. */
  readonly since: number | undefined;
}

export interface QueueSeen {
  /** What a worker must have; none: any will do. */
  readonly labels: readonly string[];
  readonly waiting: number;
  /** Since when the first of them waits, ms since the epoch; undefined: none waits. */
  readonly oldestAt: number | undefined;
}

/** What waits for workers, and who they are. Rejects when Redis is away. */
export interface Floor {
  workers(): Promise<readonly WorkerSeen[]>;
  queues(): Promise<readonly QueueSeen[]>;
}
