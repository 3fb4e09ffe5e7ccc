import type { Outcome, StageFacts } from './outcome.js';
import type { Span } from './span.js';
import type { StageId } from './stage.js';

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
  /** Somebody had it run again, the last time; absent: nobody did. */
  readonly again?: { readonly by: string; readonly at: number };
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
  /** Who had it last: what it left behind is there. Absent: nobody had it. */
  readonly worker?: string;
  /** It is queued for this worker alone, which has what the last try left. */
  readonly boundTo?: string | undefined;
  /** When it was put before the workers, and when the newest owner got its lease; ms since the epoch. */
  readonly enqueuedAt?: number;
  readonly leasedAt?: number;
  /** By so many ms the newest owner's clock is behind the server's, as far as that is known; absent: not at all. */
  readonly behind?: number | undefined;
  /** Where the time went that is no stage's own: waiting for a worker, what is fetched and made ahead. In order of ends. */
  readonly spans?: readonly Span[];
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
  /** Who let a stranger's code run, and when. */
  readonly allowed?: { readonly by: string; readonly at: number };
  /** When its commit was last pushed back to, or announced again; ms since the epoch. */
  readonly backAt?: number;
  /** The last requests that were carried out: the same one that comes again changes nothing. */
  readonly asks?: readonly string[];
  /** Who wants all that nobody had asked for, when the rest is over. */
  readonly rest?: { readonly by: string; readonly at: number; readonly ask: string };
}
