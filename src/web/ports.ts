import type { Differences } from '../logs/difference/differences.js';
import type { Live } from '../logs/live.js';
import type { LogArchive } from '../logs/ports.js';
import type { Conclusion, Repository, RunStatus, StageId, TriggerEvent } from '../pipeline/model.js';
import type { Finds } from '../runs/depot.js';
import type { Feed } from '../runs/feed.js';
import type { Operations } from '../runs/operations.js';
import type { BlobStore } from '../runs/ports.js';
import type { Floor, RunHistory } from './history.js';
import type { RunView } from './run-view.js';

export type * from './history.js';
export type { RunView } from './run-view.js';

import type { CauseJson } from './log-protocol.js';

export interface RunFilter {
  /** `owner/name` */
  readonly repository?: string;
  readonly branch?: string;
  readonly status?: RunStatus['status'];
  readonly conclusion?: Conclusion;
  readonly event?: TriggerEvent;
  /** GitHub login; upper and lower case are one. */
  readonly actor?: string;
  /** Lower case: the commit, or how it begins. */
  readonly sha?: string;
  readonly pullRequest?: number;
  readonly tag?: string;
  /** ms since the epoch: from `from` on, and before `until`. */
  readonly created?: { readonly from?: number; readonly until?: number };
  readonly oldestFirst?: true;
  /** Only runs of repositories that are not private. */
  readonly publicOnly: boolean;
  /** With `publicOnly`: those of these repositories (GitHub's ids) too. */
  readonly alsoRepositories?: readonly number[];
  readonly limit: number;
  readonly offset: number;
}

export interface RunQueries {
  run(id: number): Promise<RunView | undefined>;
  /** Newest first; `total` counts all that match. */
  runs(filter: RunFilter): Promise<{ readonly runs: readonly RunView[]; readonly total: number }>;
  /** As {@link RunStore.lastPassed}. */
  lastPassed?(run: number, stage: StageId): Promise<RunView | undefined>;
}

export interface Health {
  /** Answers within a few seconds, whatever is down. */
  check(): Promise<HealthReport>;
}

export interface HealthReport {
  readonly ok: boolean;
  /** By name: `redis`, `sql`, `docker`, `relay`. */
  readonly parts: Readonly<Record<string, { readonly ok: boolean; readonly message?: string }>>;
}

export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
}

export interface Delivery {
  /** `X-GitHub-Delivery`, the same on redelivery. */
  readonly id: string;
  /** `X-GitHub-Event` */
  readonly name: string;
  /** `X-Hub-Signature-256`: `sha256=` and 64 hex digits; not checked yet. */
  readonly signature: string;
  /** The body as it came. */
  readonly payload: string;
}

export interface WebhookReceiver {
  /** `accepted` only when the delivery is kept durably, or was before. A rejection counts as unavailable. */
  receive(delivery: Delivery): Promise<'accepted' | 'bad_signature' | 'bad_payload' | 'unavailable'>;
}

/** Gives a job to a worker on another machine. */
export interface LeaseServer {
  /** Something that is JSON, secrets included. Undefined: there is nothing to do. */
  lease(run: number, job: string, worker: string): Promise<unknown>;
  /** Another clone token than `refused`. Undefined: the job is not that owner's. */
  renewToken(run: number, job: string, fence: number, refused: string): Promise<string | undefined>;
}

export interface WorkerApi {
  /** What every worker on another machine knows. Not empty. */
  readonly secret: string;
  readonly leases: LeaseServer;
  readonly finds: Finds;
}

/** A repository with the state of its default branch. */
export interface RepositoryView {
  readonly repository: Repository;
  /** The newest run of the default branch. */
  readonly lastRun: RunView | undefined;
  /** From 0 to 1, of the last 100 runs of the default branch that succeeded or failed; undefined: none did. */
  readonly successRate: number | undefined;
}

/** The repositories that had runs. */
export interface RepositoryQueries {
  view(repository: Repository): Promise<RepositoryView>;
  /** The one with the newest run first; `total` counts all that match. */
  list(
    filter: Pick<RunFilter, 'publicOnly' | 'alsoRepositories' | 'limit' | 'offset'>,
  ): Promise<{ readonly repositories: readonly RepositoryView[]; readonly total: number }>;
  /** Upper and lower case are one, as on GitHub. */
  byName(owner: string, name: string): Promise<Repository | undefined>;
  /** Private ones, at most so many; those whose runs are newest first. */
  privateOnes(most: number): Promise<readonly Repository[]>;
}

/** Who asks by a GitHub token, and what they may. All reject when GitHub cannot be asked; nothing is kept. */
export interface People {
  /** The login of whose token it is; undefined: GitHub does not take it, or it is no person's. */
  whose(token: string): Promise<string | undefined>;
  /** Whether GitHub shows the repository to who has the token. It is their budget of requests that pays. */
  sees(token: string, repository: Repository): Promise<'yes' | 'no' | 'token_refused'>;
  /** What they may do in the repository, now and with that token. `none`: it is not theirs to see. */
  standing(token: string, login: string, repository: Repository): Promise<'none' | 'read' | 'write'>;
  /** A repository where the App is installed; undefined: there is none of that name. */
  repository(owner: string, name: string): Promise<Repository | undefined>;
}

/** What people may do by the API. */
export interface Actions {
  readonly people: People;
  readonly operations: Pick<Operations, 'start' | 'cancel' | 'rerun' | 'rerunFailed' | 'allowRun'>;
}

/** What GitHub gave for a person who signed in. */
export interface Granted {
  readonly token: string;
  /** milliseconds since the epoch; null: it holds until it is revoked */
  readonly expiresAt: number | null;
  /** Gives another token, once. */
  readonly refreshToken: string | null;
}

/** The App's own user authorisation. Rejects when GitHub cannot be asked, or does not know us. */
export interface OAuth {
  /** Where a browser goes to be sent back to `redirectUri` with a code. */
  authorizeUrl(asked: {
    readonly state: string;
    /** SHA-256 of the verifier, base64url. */
    readonly challenge: string;
    readonly redirectUri: string;
  }): string;
  /** Undefined: GitHub does not take the code, or not any more. */
  redeem(given: {
    readonly code: string;
    readonly verifier: string;
    readonly redirectUri: string;
  }): Promise<Granted | undefined>;
  /** Undefined: it was used before, is too old, or the person took the right back. */
  refresh(refreshToken: string): Promise<Granted | undefined>;
}

/** Times are milliseconds since the epoch. */
export interface StoredSession {
  readonly login: string;
  readonly createdAt: number;
  readonly usedAt: number;
  /** What GitHub gave, readable only with what the cookie holds. */
  readonly sealed: string;
}

/** Sessions by the hash of what their cookie holds. */
export interface SessionStore {
  put(id: string, session: StoredSession): Promise<void>;
  find(id: string): Promise<StoredSession | undefined>;
  used(id: string, at: number): Promise<void>;
  /** Keeps something else sealed; one that was removed meanwhile stays away. */
  reseal(id: string, sealed: string): Promise<void>;
  /** Safe twice. */
  remove(id: string): Promise<void>;
  /** Removes those that were begun, or last used, before these times. */
  removeOld(begunBefore: number, usedBefore: number): Promise<void>;
}

export interface SignIn {
  readonly oauth: OAuth;
  readonly sessions: SessionStore;
}

export interface Clock {
  /** milliseconds since the epoch */
  now(): number;
  /** Resolves after so many milliseconds, or at once when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface Logger {
  error(fields: object, message: string): void;
}

/** Why stages failed, as their logs say it. Neither rejects. */
export interface Causes {
  /** Undefined: none was found, or the stage has not failed. */
  of(run: number, stage: StageId): Promise<CauseJson | undefined>;
}

export interface WebDeps {
  /** Where people reach us: the base of links, with or without a path. */
  readonly publicUrl: string;
  /** Proxies in front, each of which adds to `X-Forwarded-For`; absent: none, and the header is not believed. */
  readonly trustedProxies?: number;
  /** Signs links to private repositories' runs; undefined: no link opens them, people sign in. */
  readonly signingKey: Buffer | undefined;
  readonly queries: RunQueries;
  readonly history: RunHistory;
  /** Wakes pages that show what goes on. */
  readonly feed: Feed;
  readonly floor: Floor;
  readonly repositories: RepositoryQueries;
  readonly archive: LogArchive;
  readonly live: Live;
  /** Absent: no causes are shown. */
  readonly causes?: Causes;
  /** Absent: logs are not compared. */
  readonly differences?: Differences;
  readonly blobs: Pick<BlobStore, 'put' | 'get'>;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Undefined: this process takes no webhooks. */
  readonly webhook:
    | {
        readonly path: string;
        readonly receiver: WebhookReceiver;
        /** Told of each answer, and after how many milliseconds. */
        readonly answered?: (status: number, ms: number) => void;
      }
    | undefined;
  /** Undefined: nobody can sign in. */
  readonly signIn: SignIn | undefined;
  /** Undefined: nobody may do anything by the API. */
  readonly actions: Actions | undefined;
  /** Undefined: no worker on another machine may ask. */
  readonly worker: WorkerApi | undefined;
}
