import { type RetentionDeps, tidyLogs } from '../logs/retention.js';
import type { StageId } from '../pipeline/model.js';
import type { BlobStore, BlobsKept, DepotIndex, RunStore } from '../runs/ports.js';
import type { SessionStore } from '../web/ports.js';
import { removeOldSessions } from '../web/sessions.js';
import type { ImageBounds } from '../worker/image-bounds.js';
import type { Engine } from '../worker/ports.js';
import type { Clock, Logger } from '../worker/worker-deps.js';

const DAY_MS = 24 * 3600 * 1000;
/**
 * Every push leaves layers with its files, and what a weekly build needs should outlast the week. The engine's
 * whole disk is the price of a longer time.
 */
const UNUSED_MS = 7 * DAY_MS;

/**
 * The least time that an image stays which jobs share: a run is over by then, for a stage has two hours unless it
 * says otherwise. One that stays for re-runs goes with its job's workspace, and here where a worker died before.
 */
const SHARED_MS = DAY_MS;

interface Daily {
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Removes layers of builds, and images that jobs shared, that nobody uses any more: now, and then each day until aborted. */
export function tidyDaily(
  {
    engine,
    keepMs,
    images,
    orphans,
    ...daily
  }: Daily & {
    readonly engine: Pick<Engine, 'tidy' | 'removeShared'>;
    readonly keepMs: number;
    /** Absent: nothing goes by its size. */
    readonly images?: Pick<ImageBounds, 'look'> | undefined;
    /** Looks for what workers left that are gone. */
    readonly orphans: () => void;
  },
  signal: AbortSignal,
): Promise<void> {
  const tidy = async (): Promise<void> => {
    orphans();
    await engine.removeShared(Math.max(SHARED_MS, keepMs));
    await engine.tidy(UNUSED_MS);
    await images?.look();
  };
  return eachDay(tidy, 'old images and layers not removed', daily, signal);
}

export interface Files extends Daily {
  readonly blobs: Pick<BlobStore, 'tidy'>;
  readonly index: Pick<DepotIndex, 'removeUnused'>;
  readonly kept: BlobsKept;
}

/** The same with files of the depot, and with what is known of them. */
export function tidyFilesDaily({ blobs, index, kept, ...daily }: Files, signal: AbortSignal): Promise<void> {
  const tidy = async (): Promise<void> => {
    const { removed } = await blobs.tidy(kept);
    await index.removeUnused(daily.clock.now() - kept.unusedMs);
    if (removed > 0) {
      daily.logger.info({ removed }, 'unused files removed');
    }
  };
  return eachDay(tidy, 'unused files not removed', daily, signal);
}

export interface Mirrors extends Daily {
  readonly checkout: {
    tidy(
      kept: { readonly unusedMs: number; readonly bytes: number },
      now: number,
      signal: AbortSignal,
    ): Promise<{ readonly removed: number }>;
  };
  readonly days: number;
  readonly bytes: number;
}

/** The same with mirrors of repositories. */
export function tidyMirrorsDaily(
  { checkout, days, bytes, ...daily }: Mirrors,
  signal: AbortSignal,
): Promise<void> {
  const tidy = async (): Promise<void> => {
    const { removed } = await checkout.tidy({ unusedMs: days * DAY_MS, bytes }, daily.clock.now(), signal);
    if (removed > 0) {
      daily.logger.info({ removed }, 'unused mirrors removed');
    }
  };
  return eachDay(tidy, 'unused mirrors not removed', daily, signal);
}

export type Logs = Daily &
  Pick<RetentionDeps, 'archive' | 'keepMs' | 'bytes'> & { readonly store: Pick<RunStore, 'load'> };

/** The same with logs of runs. */
export function tidyLogsDaily(
  { archive, store, keepMs, bytes, ...daily }: Logs,
  signal: AbortSignal,
): Promise<void> {
  const completed = async (run: number): Promise<readonly StageId[] | undefined> => {
    const record = await store.load(run);
    if (record === undefined) return [];
    const { progress } = record;
    return progress.run.status === 'completed' ? progress.stages.map(({ id }) => id) : undefined;
  };
  const tidy = async (): Promise<void> => {
    const { removed } = await tidyLogs({ archive, completed, keepMs, bytes }, daily.clock.now());
    if (removed > 0) {
      daily.logger.info({ removed }, 'logs of old runs removed');
    }
  };
  return eachDay(tidy, 'old logs not removed', daily, signal);
}

/** The same with sessions that open nothing any more. */
export function tidySessionsDaily(
  { sessions, ...daily }: Daily & { readonly sessions: Pick<SessionStore, 'removeOld'> },
  signal: AbortSignal,
): Promise<void> {
  const tidy = (): Promise<void> => removeOldSessions(sessions, daily.clock.now());
  return eachDay(tidy, 'old sessions not removed', daily, signal);
}

async function eachDay(
  work: () => Promise<unknown>,
  failed: string,
  { clock, logger }: Daily,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await work();
    } catch (err) {
      // At the end of the process what it asks may be gone before it.
      if (!signal.aborted) logger.warn({ err }, failed);
    }
    await clock.sleep(DAY_MS, signal);
  }
}
