import type { Generated } from 'kysely';

export type Dialect = 'sqlite' | 'postgres';

/** Times are milliseconds since the epoch; JSON is text, so that SQLite and PostgreSQL agree. */
export interface Tables {
  readonly settings: SettingsTable;
  readonly repositories: RepositoriesTable;
  readonly runs: RunsTable;
  readonly checks: ChecksTable;
  readonly comments: CommentsTable;
  readonly causes: CausesTable;
  readonly caches: CachesTable;
  readonly results: ResultsTable;
  readonly group_places: GroupPlacesTable;
  readonly sessions: SessionsTable;
  readonly stage_ends: StageEndsTable;
}

interface SettingsTable {
  name: string;
  value: string;
}

interface RepositoriesTable {
  /** GitHub's id: it survives renames. */
  id: number;
  owner: string;
  name: string;
  /** 0 or 1 */
  private: number;
  clone_url: string;
  html_url: string;
  default_branch: string;
  installation_id: number;
}

export interface RunsTable {
  id: Generated<number>;
  repository_id: number;
  sha: string;
  scope: string;
  branch: string | null;
  status: string;
  conclusion: string | null;
  /** 0 or 1 */
  trusted: number;
  trigger_json: string;
  plan_json: string;
  progress_json: string;
  issues_json: string;
  created_at: number;
  /** Grows where somebody decides about a run of a commit that has several. */
  decision: Generated<number>;
  /** These are derived from what is stored whole. */
  event: Generated<string>;
  sender: Generated<string>;
  started_at: number | null;
  completed_at: number | null;
  tag: string | null;
  pull_request: number | null;
  /** When the run ended whose trace was sent last. */
  traced: number | null;
  /** 0 or 1: it is open, and has a job out that not every worker may take. */
  choosy: Generated<number>;
}

/** How a stage ended that ran, the last time. */
export interface StageEndsTable {
  run_id: number;
  stage: string;
  repository_id: number;
  /** The kind of its outcome. */
  outcome: string;
  /** From its start to its end. */
  ms: number;
  tries: number;
  /** How often it ended in failure in this run: somebody had it run again. */
  failures: number;
}

export interface ChecksTable {
  run_id: number;
  /** `cyclone`, or a stage's id. */
  check_key: string;
  /** Order in which they are made on GitHub. */
  position: number;
  installation_id: number;
  github_id: number | null;
  /** 0 or 1: a create was begun. */
  creating: number;
  wanted: number;
  sent: number;
  refused: string | null;
  /** When GitHub first took the end of the stage, or of the run, that ended last; ms since the epoch. */
  told_at: number | null;
}

/** The one comment of ours on a pull request. */
export interface CommentsTable {
  repository_id: number;
  pull: number;
  github_id: number | null;
  /** 0 or 1: a create was begun. */
  creating: number;
  /** The head for which somebody deleted it. */
  deleted_for: string | null;
  /** Oldest first. */
  answers_json: string;
  wanted: number;
  sent: number;
}

/** A stage of a run in the line of its group. */
interface GroupPlacesTable {
  /** The number in the line: the smallest has the group. */
  id: Generated<number>;
  repository_id: number;
  group_name: string;
  run_id: number;
  stage: string;
  since: number;
}

/** Why a stage failed, as it was found in a log of so many bytes. */
interface CausesTable {
  run_id: number;
  stage: string;
  bytes: number;
  /** `null`: none was found. */
  cause_json: string;
}

export interface CachesTable {
  repository_id: number;
  scope: string;
  key: string;
  /** `sha256:…` */
  digest: string;
  bytes: number;
  run_id: number;
  created_at: number;
  used_at: number;
}

export interface ResultsTable {
  repository_id: number;
  domain: string;
  address: string;
  run_id: number;
  stage: string;
  created_at: number;
  used_at: number;
}

export interface SessionsTable {
  /** SHA-256 of what the cookie holds, hex. */
  id: string;
  login: string;
  created_at: number;
  used_at: number;
  sealed: string;
}
