import type { DockerEngine } from '../adapters/docker/engine.js';
import type { Clock, Logger } from '../worker/worker-deps.js';

/** A worker that was killed is missed by then: its last announcement has ended (30 s). */
const MISSED_MS = 35_000;

export interface OrphansDeps {
  readonly engine: Pick<DockerEngine, 'removeOrphans'>;
  /** Workers that are there now, ourselves among them. */
  readonly living: () => Promise<ReadonlySet<string>>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * What removes from the engine what dead workers had made there before anybody asked for it; nobody waits for it. A
 * worker that starts again does that for itself.
 */
export function orphansLook({ engine, living, clock, logger }: OrphansDeps, signal: AbortSignal): () => void {
  let looking: Promise<void> | undefined;
  const look = async (): Promise<void> => {
    const isLater = await engine.removeOrphans(await living());
    if (!isLater) return;
    await clock.sleep(MISSED_MS, signal);
    if (!signal.aborted) await engine.removeOrphans(await living());
  };
  return () => {
    looking ??= look()
      .catch((err: unknown) => {
        // At the end of the process what it asks may be gone before it.
        if (!signal.aborted) logger.warn({ err }, 'orphans not removed');
      })
      .finally(() => {
        looking = undefined;
      });
  };
}
