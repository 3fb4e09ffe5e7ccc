import type { Span } from '../pipeline/model.js';
import type { Kept } from './kept.js';
import type { Pool } from './pool/pool.js';
import type {
  Checkout,
  CheckoutRequest,
  Depot,
  Engine,
  ImageLedger,
  ResourceLimits,
  RunObserver,
} from './ports.js';
import type { Sandboxes } from './sandbox.js';
import type { Strays } from './strays.js';

/** Time, so that tests decide it. */
export interface Clock {
  /** milliseconds since the epoch */
  now(): number;
  /** Resolves after so many milliseconds, or at once when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Static messages with structured fields; pino's shape. */
export interface Logger {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** How a worker that shuts down asks for its jobs back. `reason` of either signal is said to people. */
export interface Handover {
  /** Aborted: the job is given back when the present stage has ended. */
  readonly soft: AbortSignal;
  /** Aborted: what runs is killed and the job is given back now. */
  readonly hard: AbortSignal;
}

/** What carrying out a job needs. */
export interface WorkerDeps {
  readonly engine: Engine;
  readonly checkout: Checkout;
  /** What outlives a job: artifacts, caches, results. */
  readonly depot: Depot;
  readonly observer: RunObserver;
  readonly clock: Clock;
  /** This installation of Cyclone: several may share an engine. */
  readonly install: string;
  readonly workerId: string;
  /** Absolute; the same path on the engine's host. */
  readonly workspaces: string;
  /** What jobs that are over left there, and in the engine. */
  readonly kept: Kept;
  /** For every container that does not ask for less. */
  readonly limits: ResourceLimits;
  /** Absent: nobody removes images. */
  readonly images?: Pick<ImageLedger, 'hold'>;
  /** Absent: every container is made when its job is there. */
  readonly pool?: Pool;
  /** Absent: the network of a job is made when it is needed. */
  readonly sandboxes?: Pick<Sandboxes, 'take'>;
  /** Absent: what could not be removed stays. */
  readonly strays?: Pick<Strays, 'add'>;
  /** As in {@link CheckoutRequest}, for this job. */
  readonly renewToken?: CheckoutRequest['renewToken'];
  /** How long this job took before it was here: its lease. */
  readonly begun?: readonly Span[];
  readonly drain: Handover;
  readonly logger: Logger;
}
