import type { Live } from '../logs/live.js';
import type { LogArchive } from '../logs/ports.js';
import type { Issue, Plan, Repository, RunProgress, RunStatus, Trigger } from '../pipeline/model.js';
import type { Finds } from '../runs/depot.js';
import type { Operations } from '../runs/operations.js';
import type { BlobStore } from '../runs/ports.js';

/** A run with all that a page shows of it. */
export interface RunView {
  readonly id: number;
  readonly repository: Repository;
  readonly trigger: Trigger;
  readonly plan: Plan;
  readonly progress: RunProgress;
  /** Problems of caicloud.yml. */
  readonly issues: readonly Issue[];
  /** milliseconds since the epoch */
  readonly createdAt: number;
}

export interface RunFilter {
  /** `owner/name` */
  readonly repository?: string;
  readonly branch?: string;
  readonly status?: RunStatus['status'];
  /** Only runs of repositories that are not private. */
  readonly publicOnly: boolean;
  readonly limit: number;
  readonly offset: number;
}

export interface RunQueries {
  run(id: number): Promise<RunView | undefined>;
  /** Newest first; `total` counts all that match. */
  runs(filter: RunFilter): Promise<{ readonly runs: readonly RunView[]; readonly total: number }>;
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

/** Who asks by a GitHub token, and what they may. All reject when GitHub cannot be asked; nothing is kept. */
export interface People {
  /** The login of whose token it is; undefined: GitHub does not take it, or it is no person's. */
  whose(token: string): Promise<string | undefined>;
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

export interface Clock {
  /** milliseconds since the epoch */
  now(): number;
  /** Resolves after so many milliseconds, or at once when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface Logger {
  error(fields: object, message: string): void;
}

export interface WebDeps {
  /** Where people reach us: the base of links, with or without a path. */
  readonly publicUrl: string;
  /** Signs links to private repositories' runs. */
  readonly signingKey: Buffer;
  readonly queries: RunQueries;
  readonly archive: LogArchive;
  readonly live: Live;
  readonly blobs: Pick<BlobStore, 'put' | 'get'>;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Undefined: this process takes no webhooks. */
  readonly webhook: { readonly path: string; readonly receiver: WebhookReceiver } | undefined;
  /** Undefined: nobody may do anything by the API. */
  readonly actions: Actions | undefined;
  /** Undefined: no worker on another machine may ask. */
  readonly worker: WorkerApi | undefined;
}
