/** Which events run a file at all. */
export interface On {
  readonly push?: PathFilter & { readonly branches?: readonly string[]; readonly tags?: readonly string[] };
  readonly pullRequest?: PathFilter & {
    readonly branches?: readonly string[];
    readonly types?: readonly string[];
  };
  readonly mergeGroup?: Readonly<Record<string, never>>;
  readonly schedule?: readonly { readonly cron: string; readonly branch?: string }[];
}

interface PathFilter {
  readonly paths?: readonly string[];
  readonly pathsIgnore?: readonly string[];
}

export interface Notification {
  readonly email?: readonly string[];
  /** Name of a secret. */
  readonly slack?: string;
  readonly webhook?: string;
  readonly on: readonly ('failure' | 'fixed' | 'success' | 'always')[];
}

/** A problem in caicloud.yml. Lines and columns are 1-based. */
export interface Issue {
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly hint: string;
  readonly line: number;
  readonly column: number;
  /** Last line of what is meant, same line when absent. */
  readonly endLine?: number;
  /** Column after the last character, on endLine. */
  readonly endColumn?: number;
}
