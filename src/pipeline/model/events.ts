import type { Outcome, StageFacts } from './outcome.js';
import type { Span } from './span.js';
import type { StageId } from './stage.js';

interface EventHead {
  readonly run: number;
  readonly job: string;
  /** The owner's number: grows by one with every worker that takes the job. */
  readonly fence: number;
  /** 1, 2, 3 … within one fence. */
  readonly seq: number;
  readonly at: number;
  /** Of the job, not of a stage: what ended since the event before. */
  readonly spans?: readonly Span[];
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
