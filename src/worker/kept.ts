import type { Hold } from './holds.js';
import type { KeptMark } from './kept-mark.js';
import type { Workspace } from './workspace.js';

/** What a job that is over leaves. */
export interface Left {
  readonly workspace: Workspace;
  /** A later try of the job could go on in the workspace. */
  readonly isOfUse: boolean;
  /** Id of the image that the job built and that only its re-runs may want. */
  readonly image?: string | undefined;
  /** Id of an image that has a shell. */
  readonly shell?: string | undefined;
}

/** A job's workspace in the hands of an owner: nobody removes it. */
export interface Held extends Hold {
  /** What the job left when it was over: this owner runs a part of it again. */
  readonly earlier: KeptMark | undefined;
  /** Keeps what re-runs may want, for the time that is set, and removes the rest. */
  leave(left: Left): Promise<void>;
}

/** The workspaces and images that jobs left on this machine. All methods may be called at once. */
export interface Kept {
  /** Whether anything stays when a job is over. */
  readonly keeps: boolean;
  /** Waits while the workspace of this run and job is being tidied; makes room where the disk is short. */
  take(run: number, job: string): Promise<Held>;
  /** The job is over and its worker may have died before it tidied up. @throws EngineUnavailable */
  sweep(run: number, job: string): Promise<void>;
  /** Removes what has stayed long enough: now, and whenever the time of something has come, until aborted. */
  tidy(signal: AbortSignal): Promise<void>;
}
