import type { On, Repository, Trigger } from '../pipeline/model.js';

/** Paths that a push changed: known, or to be asked for. */
export type Changes =
  | { readonly kind: 'known'; readonly paths: readonly string[] }
  /** What came to `head` since it left `base`; `forced`: and what it lost. */
  | { readonly kind: 'compare'; readonly base: string; readonly head: string; readonly forced: boolean };

/** A schedule of the file on a repository's default branch. */
export type Schedule = NonNullable<On['schedule']>[number];

/** What a webhook, or a schedule, left for the intake. */
export interface IntakeEvent {
  readonly delivery: string;
  readonly repository: Repository;
  readonly trigger: Trigger;
  /** Of a push to a branch; absent: nobody can tell. */
  readonly changes?: Changes;
  /** The stages that are asked for, by id or name; they and what they need run. Absent: all. */
  readonly only?: readonly string[];
  /** Of a scheduled run: what asked for it, and for when (ms since the epoch). */
  readonly schedule?: Schedule & { readonly slot: number };
}
