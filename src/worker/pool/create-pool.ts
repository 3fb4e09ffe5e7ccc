import { type Container, EngineUnavailable } from '../ports.js';
import type { Clock, Logger } from '../worker-deps.js';
import { createDemand, type Share } from './demand.js';
import type { Pool, PoolSlot } from './pool.js';
import { armSlot, removeSlot, type Slot, type SlotDeps } from './slot.js';

/** An armed container is made anew after so long: what the engine gave it (name servers) is as old as it is. */
const IDLE_MS = 10 * 60_000;

export interface PoolDeps extends SlotDeps {
  /** Jobs that containers wait for at most, on this machine. */
  readonly size: number;
  /** Of one kind: more jobs at once are never begun. */
  readonly mostOfOne: number;
  /** Whether the machine has room for what is not needed yet. */
  readonly hasRoom: () => Promise<boolean>;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Waiting extends PoolSlot {
  readonly ask: string;
  /** Aborted when it waits no more. */
  readonly over: AbortController;
}

export function createPool(deps: PoolDeps): Pool {
  const { clock, logger, size, mostOfOne } = deps;
  const demand = createDemand(() => clock.now());
  const count = { hits: 0, misses: 0 };
  const waiting = new Set<Waiting>();
  let filling: Promise<void> | undefined;
  let again = false;
  let closed = false;

  const leave = (slot: Waiting): boolean => {
    slot.over.abort();
    return waiting.delete(slot);
  };
  const remove = async (slot: Slot): Promise<void> => {
    await removeSlot(deps, slot).catch((err: unknown) => {
      logger.warn({ err }, 'armed container not removed');
    });
  };
  const removeAll = async (slots: readonly Waiting[]): Promise<void> => {
    // Out of the pool first: while one is being removed, nobody may take another.
    const gone = slots.filter(leave);
    await Promise.all(gone.map(remove));
  };

  /** By the engine's word, or by its age. */
  const watch = (slot: Waiting): void => {
    const end = async (failed: boolean): Promise<void> => {
      if (!waiting.has(slot)) return;
      if (failed) {
        demand.failed(slot.ask);
        logger.warn(
          { containers: slot.containers.map(({ id }) => id) },
          'an armed container ended before it was needed',
        );
      }
      await removeAll([slot]);
      refill();
    };
    void Promise.race(slot.containers.map(endOf)).then(end);
    void clock.sleep(IDLE_MS, slot.over.signal).then(() => end(false));
  };

  const arm = async ({ ask, recipes, keys }: Share): Promise<void> => {
    try {
      const slot: Waiting = { ...(await armSlot(deps, recipes)), ask, keys, over: new AbortController() };
      if (closed) {
        await remove(slot);
        return;
      }
      waiting.add(slot);
      watch(slot);
    } catch (err) {
      if (!(err instanceof EngineUnavailable)) demand.failed(ask);
      logger.warn({ err }, 'no container armed');
    }
  };

  const fill = async (): Promise<void> => {
    const shares = (await deps.hasRoom()) ? demand.shares(size, mostOfOne) : [];
    await removeAll(surplus([...waiting], shares));
    // One after the other: what runs goes first.
    for (const share of shares) {
      const has = [...waiting].filter((slot) => kindOf(slot) === kindOf(share)).length;
      for (let missing = share.count - has; missing > 0 && !closed; missing -= 1) await arm(share);
    }
  };
  const fillAll = async (): Promise<void> => {
    while (again && !closed) {
      again = false;
      await fill().catch((err: unknown) => logger.warn({ err }, 'the pool was not filled'));
    }
  };
  const refill = (): void => {
    again = true;
    filling ??= fillAll().finally(() => {
      filling = undefined;
      if (again && !closed) refill();
    });
  };

  return {
    take(ask) {
      const slot = [...waiting].find((one) => one.ask === ask);
      return slot !== undefined && leave(slot) ? slot : undefined;
    },
    drop: (slot) => void remove(slot),
    used(ask, at, recipe, wasArmed) {
      if (at === 0) count[wasArmed ? 'hits' : 'misses'] += 1;
      demand.used(ask, at, recipe);
    },
    refill,
    state: () => ({ armed: waiting.size, ...count }),
    async close() {
      closed = true;
      await Promise.all([removeAll([...waiting]), filling]);
    },
  };
}

/** @returns whether it ended by itself; not when the engine went away, and it perhaps with it */
async function endOf(container: Container): Promise<boolean> {
  return await container.exited().then(
    () => true,
    () => false,
  );
}

function kindOf({ ask, keys }: Pick<Waiting, 'ask' | 'keys'>): string {
  return [ask, ...keys].join('\n');
}

/** What is of no kind that is wanted, made of something that has changed, or one too many. */
function surplus(waiting: readonly Waiting[], shares: readonly Share[]): readonly Waiting[] {
  const room = new Map(shares.map((share) => [kindOf(share), share.count]));
  return waiting.filter((slot) => {
    const count = room.get(kindOf(slot)) ?? 0;
    room.set(kindOf(slot), count - 1);
    return count <= 0;
  });
}
