import type { KeyObject } from 'node:crypto';

/** `owner/name` or anything that carries it. */
export type RepositoryName = string | { readonly fullName: string };

export type Level = 'read' | 'write';
export type Permissions = Readonly<Record<string, Level>>;

export interface Account {
  readonly id: number;
  readonly login: string;
  readonly type: 'User' | 'Organization' | 'Bot';
  readonly email: string;
  /** What a person uses as a password for git and as a token for the API. */
  readonly token: string;
}

export interface App {
  readonly id: number;
  readonly slug: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Where people may be sent back to who sign in. */
  callbackUrls: readonly string[];
  readonly owner: Account;
  /** Who does what the App does. */
  readonly bot: Account;
  readonly publicKey: KeyObject;
  /** PEM. */
  readonly privateKey: string;
  readonly webhookSecret: string;
  /** For people; the slug stays. */
  name: string;
  permissions: Permissions;
  events: readonly string[];
  readonly createdAt: number;
}

/** GitHub's roles on a repository, weakest first. */
export const ROLES = ['none', 'read', 'triage', 'write', 'maintain', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** What someone is to a repository, as `author_association` says it. */
export type Association =
  | 'OWNER'
  | 'MEMBER'
  | 'COLLABORATOR'
  | 'CONTRIBUTOR'
  | 'FIRST_TIME_CONTRIBUTOR'
  | 'NONE';

export interface Repository {
  readonly id: number;
  owner: Account;
  name: string;
  fullName: string;
  private: boolean;
  defaultBranch: string;
  /** The bare repository on disk. */
  readonly directory: string;
  readonly createdAt: number;
  pushedAt: number;
  readonly forkOf: Repository | undefined;
  /** The number that the next issue or pull request gets. */
  nextNumber: number;
  /** By login; who is not here has read on a public repository and nothing on a private one. */
  readonly roles: Map<string, Role>;
  /** By login; of who is not here it follows from the rest. */
  readonly associations: Map<string, Association>;
  deleted: boolean;
}

/** A person's fine-grained token: it may what its owner may, and of that no more than it was given. */
export interface UserToken {
  readonly value: string;
  readonly account: Account;
  readonly permissions: Permissions;
  /** Repository ids; `undefined` is all that the person has. */
  readonly repositories: ReadonlySet<number> | undefined;
  revoked: boolean;
  /** Milliseconds since the epoch; absent: never. */
  expiresAt?: number;
  /** Of a token that somebody signed in for. */
  readonly refreshToken?: string;
}

export interface Installation {
  readonly id: number;
  readonly account: Account;
  readonly createdAt: number;
  permissions: Permissions;
  events: readonly string[];
  /** `undefined` when the installation is for all repositories of its account. */
  repositories: ReadonlySet<number> | undefined;
  /** Milliseconds since the epoch. */
  suspendedAt: number | undefined;
}

export interface InstallationToken {
  readonly value: string;
  readonly installation: Installation;
  readonly permissions: Permissions;
  /** Repository ids; `undefined` is all that the installation has. */
  readonly repositories: ReadonlySet<number> | undefined;
  readonly expiresAt: number;
  revoked: boolean;
}

/** What issues and pull requests have in common; they share their numbers, too. */
interface Conversation {
  readonly id: number;
  readonly number: number;
  readonly repository: Repository;
  readonly author: Account;
  title: string;
  body: string | null;
  state: 'open' | 'closed';
  closedAt: number | undefined;
  readonly createdAt: number;
  updatedAt: number;
}

export interface Issue extends Conversation {
  readonly kind: 'issue';
}

export interface PullRequest extends Conversation {
  readonly kind: 'pull';
  /** Where it would be merged. */
  readonly base: { readonly repository: Repository; branch: string; sha: string };
  /** Where its commits are: the same repository or a fork. */
  readonly head: { readonly repository: Repository; readonly branch: string; sha: string };
  draft: boolean;
  merged: { readonly at: number; readonly by: Account } | undefined;
  /** Of the trial merge; as it was when the newest head conflicts. */
  mergeSha: string | undefined;
  mergeable: boolean;
}

export const REACTIONS = ['+1', '-1', 'laugh', 'confused', 'heart', 'hooray', 'rocket', 'eyes'] as const;

export interface Reaction {
  readonly id: number;
  readonly content: (typeof REACTIONS)[number];
  readonly author: Account;
  readonly at: number;
}

export interface Comment {
  readonly id: number;
  readonly on: Issue | PullRequest;
  readonly author: Account;
  readonly createdAt: number;
  body: string;
  updatedAt: number;
  readonly reactions: Reaction[];
}

export type Status = 'queued' | 'in_progress' | 'completed';
export type Conclusion =
  | 'success'
  | 'failure'
  | 'neutral'
  | 'cancelled'
  | 'skipped'
  | 'timed_out'
  | 'action_required'
  | 'stale';

export interface CheckSuite {
  readonly id: number;
  readonly repository: Repository;
  readonly appId: number;
  readonly headSha: string;
  /** `null` for a commit that no branch of this repository brought. */
  readonly headBranch: string | null;
  readonly before: string | null;
  readonly createdAt: number;
  updatedAt: number;
  /** Asked for again and not begun again: it shows as queued whatever its runs say. */
  reset: boolean;
}

export interface CheckAnnotation {
  readonly path: string;
  readonly start_line: number;
  readonly end_line: number;
  readonly start_column?: number;
  readonly end_column?: number;
  readonly annotation_level: 'notice' | 'warning' | 'failure';
  readonly message: string;
  readonly title?: string;
  readonly raw_details?: string;
}

export interface CheckAction {
  readonly label: string;
  readonly description: string;
  readonly identifier: string;
}

/** What a check run shows. A new object with every write, so that a history can keep the old ones. */
export interface CheckRunState {
  readonly name: string;
  readonly status: Status;
  readonly conclusion: Conclusion | null;
  readonly detailsUrl: string | null;
  readonly externalId: string;
  readonly startedAt: string | null;
  readonly completedAt: string | null;
  readonly title: string | null;
  readonly summary: string | null;
  readonly text: string | null;
  readonly annotations: readonly CheckAnnotation[];
  readonly actions: readonly CheckAction[];
}

export interface CheckRun {
  readonly id: number;
  readonly repository: Repository;
  readonly appId: number;
  readonly headSha: string;
  readonly suite: CheckSuite;
  state: CheckRunState;
  /** Every state as it was written, the present one last; `at` in milliseconds since the epoch. */
  readonly history: { readonly at: number; readonly state: CheckRunState }[];
}
