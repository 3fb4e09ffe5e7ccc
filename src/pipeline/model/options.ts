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
