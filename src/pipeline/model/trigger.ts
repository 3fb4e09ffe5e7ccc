/** A repository as GitHub knows it. */
export interface Repository {
  readonly id: number;
  readonly owner: string;
  readonly name: string;
  readonly private: boolean;
  /** Taken from the payload, never built: GitHub Enterprise has other hosts. */
  readonly cloneUrl: string;
  readonly htmlUrl: string;
  readonly defaultBranch: string;
  readonly installationId: number;
}

export type TriggerEvent = 'push' | 'tag' | 'pull_request' | 'merge_group' | 'schedule' | 'manual';

/** What asked for a run. `ref` is always a full ref (`refs/heads/…`, `refs/tags/…`, `refs/pull/N/head`). */
export interface Trigger {
  readonly event: TriggerEvent;
  readonly sha: string;
  readonly ref: string;
  /** Where the branch or the pull request's head stood before, as GitHub says it; absent: nowhere, or not known. */
  readonly before?: string;
  readonly branch?: string;
  readonly tag?: string;
  readonly pullRequest?: number;
  /** The branch that a pull request wants to go into. */
  readonly base?: string;
  /** What happened to the pull request, in GitHub's words: `opened`, `synchronize`. */
  readonly action?: string;
  /** The code comes from another repository: nothing of ours is trusted to it. */
  readonly fork: boolean;
  /** First line of the commit message, for people. */
  readonly title: string;
  /** The whole commit message: `[skip ci]` is looked for here. */
  readonly message: string;
  /** GitHub login. */
  readonly sender: string;
}
