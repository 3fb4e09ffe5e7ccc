import type { Repository, StageId } from '../pipeline/model.js';
import type { RunRecord } from './ports.js';

/** A person who asks something of the runs of a pull request. Rights are checked by who calls. */
export interface Ask {
  readonly repository: Repository;
  readonly pull: number;
  /** GitHub login. */
  readonly by: string;
  /** When they asked, ms since the epoch on GitHub's clock: what they saw is older. */
  readonly at: number;
}

/** What came of it. `words`: one or two sentences for people, without Markdown. */
export type Verdict =
  | { readonly kind: 'done'; readonly words: string; readonly runs: readonly number[] }
  | { readonly kind: 'refused'; readonly words: string };

/** Which stages: by id, or by name for all parts and cells; empty: all. */
export type Stages = readonly string[];

/** How a run is to be started. */
export interface Wish {
  /** They and what they need run; of a run that is there already they run again. Absent or empty: all. */
  readonly stages?: Stages;
  /** Names the wish: the same again for the same commit is carried out once. */
  readonly key?: string | undefined;
}

/**
 * What people may do with runs, from whatever place: a comment, a button, a re-run on GitHub, the API.
 * Each may be called again after a crash: what was done is not done twice.
 */
export interface Operations {
  /** Runs the pull request's head: what has run is run again, with what depends on it. */
  test(ask: Ask, stages: Stages): Promise<Verdict>;
  /** Runs again what failed, was cancelled, or was skipped for that. */
  retest(ask: Ask): Promise<Verdict>;
  /** Ends the runs of the pull request that are not over. */
  cancelPull(ask: Ask): Promise<Verdict>;
  /** Lets a fork's commit run: the one named (seven digits or more), else the head as it was known at `at`. */
  allow(ask: Ask, sha: string | undefined): Promise<Verdict>;
  /** One run. */
  rerun(run: number, stages: Stages, by: string): Promise<Verdict>;
  rerunFailed(run: number, by: string): Promise<Verdict>;
  cancel(run: number, by: string): Promise<Verdict>;
  /** Lets a run that waits for a person begin. */
  allowRun(run: number, by: string): Promise<Verdict>;
  /** Starts a run by hand on a branch or tag of the repository. */
  start(repository: Repository, ref: string, by: string, wish?: Wish): Promise<Verdict>;
}

/** Questions. */
export interface Enquiries {
  /** The newest run of the pull request's head; undefined: there is none. */
  ofPull(repository: Repository, pull: number): Promise<RunRecord | undefined>;
  /** Why a stage ran, waits, was skipped, cancelled or reused: sentences for people, without Markdown. */
  why(record: RunRecord, stage: StageId): string | undefined;
}
