import type { Clock, Logger, MissedDeliveries, MissedDelivery } from './ports.js';

/** Between two looks: an outage of ours is made good within minutes. */
const EVERY_MS = 5 * 60_000;

/**
 * How long GitHub keeps deliveries (https://docs.github.com/en/webhooks/testing-and-troubleshooting-webhooks/redelivering-webhooks).
 * The list itself says what was missed and asked for again, so that a restart forgets nothing.
 */
const KEPT_MS = 3 * 24 * 3600_000;

/** What is under way, or comes late into the list, during one look is seen by the next. */
const OVERLAP_MS = 10 * 60_000;

/** An event that fails again and again is asked for when this share of its age has passed: some 25 times in all. */
const PATIENCE = 0.25;

export interface CatchUp {
  /** Looks at once and then every five minutes. */
  start(): void;
  /**
   * Nothing reached us from then on (ms since the epoch) until now, although GitHub may have been told otherwise:
   * all of that time is asked for again, at once.
   */
  blindSince(time: number): void;
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
  /** So many were asked for again. */
  readonly redelivered?: (count: number) => void;
}): CatchUp {
  const { missed, clock, logger } = deps;
  const stopping = new AbortController();
  let nap = new AbortController();
  let life: Promise<void> = Promise.resolve();
  /** From when on something may be missing; undefined: from as far back as GitHub knows. */
  let open: number | undefined;
  let blind: number | undefined;

  async function look(): Promise<void> {
    const now = clock.now();
    await askFor(await missed.since(open ?? now - KEPT_MS), now);
    const since = blind;
    blind = undefined;
    if (since !== undefined) {
      await redeliver(await missed.allSince(Math.max(since, now - KEPT_MS))).catch((error: unknown) => {
        blind = since;
        throw error;
      });
    }
  }

  async function askFor(missing: readonly MissedDelivery[], now: number): Promise<void> {
    // After a start all of it is asked for: what kept us from taking it may be over.
    const isFirst = open === undefined;
    await redeliver(missing.filter((one) => isFirst || isDue(one, now)).map(({ id }) => id));
    open = Math.max(now - KEPT_MS, Math.min(now - OVERLAP_MS, ...missing.map(({ first }) => first)));
  }

  /** Rejects with what kept GitHub from it; those before are asked for. */
  async function redeliver(ids: readonly number[]): Promise<void> {
    let asked = 0;
    try {
      for (const id of ids) {
        if (stopping.signal.aborted) {
          return;
        }
        if (await missed.redeliver(id)) {
          asked += 1;
        } else {
          logger.warn({ delivery: id }, 'GitHub does not send a missed delivery again');
        }
      }
    } finally {
      if (asked > 0) {
        deps.redelivered?.(asked);
        logger.info({ deliveries: asked }, 'missed deliveries asked for again');
      }
    }
  }

  async function live(): Promise<void> {
    while (!stopping.signal.aborted) {
      nap = new AbortController();
      await look().catch((err: unknown) => logger.warn({ err }, 'missed deliveries not asked for'));
      await clock.sleep(EVERY_MS, AbortSignal.any([nap.signal, stopping.signal]));
    }
  }

  return {
    start() {
      life = live();
    },
    blindSince(time) {
      blind = Math.min(blind ?? time, time);
      nap.abort();
    },
    async stop() {
      stopping.abort();
      await life;
    },
  };
}

function isDue({ first, last }: MissedDelivery, now: number): boolean {
  return now - last >= (last - first) * PATIENCE;
}
