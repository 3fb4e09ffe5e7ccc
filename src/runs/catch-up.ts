import type { Clock, Logger, MissedDeliveries } from './ports.js';

/** Between two looks: an outage of ours is made good within minutes. */
const EVERY_MS = 5 * 60_000;
/** GitHub keeps deliveries for three days; a day is longer than anybody leaves us down and expects the past. */
const LOOK_BACK_MS = 24 * 3600_000;

export interface CatchUp {
  /** Looks at once and then every five minutes. */
  start(): void;
  stop(): Promise<void>;
}

/**
 * Asks GitHub for deliveries that we did not take, because we were down or Redis was, and has them sent
 * again: GitHub does not by itself. What was taken meanwhile is known by its delivery id and changes nothing.
 */
export function createCatchUp(deps: {
  readonly missed: MissedDeliveries;
  readonly clock: Clock & { sleep(ms: number, signal?: AbortSignal): Promise<void> };
  readonly logger: Logger;
}): CatchUp {
  const stopping = new AbortController();
  let life: Promise<void> = Promise.resolve();

  const look = async (): Promise<void> => {
    const ids = await deps.missed.since(deps.clock.now() - LOOK_BACK_MS);
    for (const id of ids) {
      await deps.missed.redeliver(id);
    }
    if (ids.length > 0) {
      deps.logger.info({ deliveries: ids.length }, 'missed deliveries asked for again');
    }
  };

  const live = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await look().catch((err: unknown) => deps.logger.warn({ err }, 'missed deliveries not asked for'));
      await deps.clock.sleep(EVERY_MS, stopping.signal);
    }
  };

  return {
    start() {
      life = live();
    },
    async stop() {
      stopping.abort();
      await life;
    },
  };
}
