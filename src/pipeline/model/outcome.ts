import type { SkipReason } from './plan.js';
import type { Span } from './span.js';
import type { StageId } from './stage.js';

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
  /** Where the time went, of all tries. Runs of long ago know no more than milliseconds by name. */
  readonly spans?: readonly Span[] | Readonly<Record<string, number>>;
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
