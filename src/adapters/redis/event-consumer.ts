import type { Redis } from 'ioredis';
import type { Logger, ReportedEvents } from '../../runs/ports.js';
import { type Careful, carefully } from './careful.js';
import { type Entry, entryOf, isAfter, type RawEntry, type Reported, reportedBy } from './event-entries.js';
import { EVENT_STREAM } from './keys.js';

const GROUP = 'server';
const CONSUMER = 'server';
/** At 256 KiB a segment, 1 MiB: what is read at once is in memory twice, as it came and put together. */
const BATCH = 4;
/** One blocking read; only bounds how long `stop` waits for a connection that is gone. */
const BLOCK_MS = 5000;
const RETRY_MS = 500;

interface Round {
  /** All that was read is applied, or put aside. */
  readonly isDone: boolean;
  readonly count: number;
  readonly bytes: number;
}

export interface EventConsumer extends ReportedEvents {
  start(): Promise<void>;
  /** Finishes the batch in hand. */
  stop(): Promise<void>;
}

/**
 * Reads what workers report, in order, at least once: a batch is acknowledged after `apply` has resolved,
 * and read again after a crash. While `apply` rejects (the database is away) the batch is tried again, by and by
 * piece by piece, so that what can be applied is; what never can be is put aside.
 */
export function redisEventConsumer(
  deps: {
    /** Used for blocking reads alone. */
    readonly reader: Redis;
    readonly redis: Redis;
    readonly apply: (batch: readonly Reported[]) => Promise<void>;
    readonly logger: Logger;
    /** Between two tries, in milliseconds. */
    readonly retryMs?: number;
    /** So many bytes were read, and nobody holds them any more. */
    readonly letGo?: (bytes: number) => void;
  } & Pick<Careful, 'putAside'>,
): EventConsumer {
  const { logger, retryMs = RETRY_MS, letGo = () => undefined } = deps;
  const waiters: { readonly upTo: string; readonly resolve: () => void }[] = [];
  const oneByOne = carefully(deps);
  let applied = '0-0';
  /** Of all that is done: others before it may not be. */
  let newest = '0-0';
  let stopped = false;
  let loop: Promise<void> = Promise.resolve();

  const settle = (upTo: string): void => {
    applied = upTo;
    for (const waiter of waiters.filter((candidate) => !isAfter(candidate.upTo, applied))) {
      waiters.splice(waiters.indexOf(waiter), 1);
      waiter.resolve();
    }
  };

  const acknowledge = async (entries: readonly Entry[]): Promise<void> => {
    if (entries.length === 0) return;
    const ids = entries.map(({ id }) => id);
    newest = ids.reduce((one, other) => (isAfter(other, one) ? other : one), newest);
    await deps.redis
      .multi()
      .xack(EVENT_STREAM, GROUP, ...ids)
      .xdel(EVENT_STREAM, ...ids)
      .exec();
  };

  const applyAll = async (entries: readonly Entry[]): Promise<void> => {
    for (const { id, kind } of entries.filter((entry) => !isKnown(entry)))
      logger.warn({ id, kind }, 'unknown entry among the events');
    await deps.apply(entries.map(reportedBy).filter((reported) => reported !== undefined));
  };

  /** @returns all of them are applied, or put aside */
  const handle = async (entries: readonly Entry[], isCareful: boolean): Promise<boolean> => {
    if (entries.length === 0) return true;
    const done = isCareful ? await oneByOne(entries) : entries;
    if (!isCareful) await applyAll(entries);
    await acknowledge(done);
    // What is behind one that waits was read, and is not what `settled` speaks of.
    const open = entries.findIndex((entry) => !done.includes(entry));
    const last = entries.at(open < 0 ? -1 : open - 1);
    if (last !== undefined && open !== 0) settle(last.id);
    return open < 0;
  };

  /** A function of its own: a variable of the loop would hold what was read until the next is there. */
  const round = async (from: string, isCareful: boolean): Promise<Round> => {
    const entries = await read(deps.reader, from);
    if (from === '0' && entries.length === 0) settle(newest);
    const isDone = await handle(entries, isCareful);
    return {
      isDone,
      count: entries.length,
      bytes: entries.reduce((sum, { bytes }) => sum + bytes.length, 0),
    };
  };

  const run = async (): Promise<void> => {
    // First what was read before a crash and never acknowledged, then what is new.
    let from = '0';
    let isCareful = false;
    const pause = async (): Promise<void> => {
      from = '0';
      isCareful = true;
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    };
    while (!stopped) {
      try {
        const { isDone, count, bytes } = await round(from, isCareful);
        letGo(bytes);
        if (from === '0' && count === 0) isCareful = false;
        from = from === '0' && count > 0 ? '0' : '>';
        if (!isDone) await pause();
      } catch (error) {
        if (stopped) {
          return;
        }
        logger.error({ err: error }, 'events of workers could not be applied: trying again');
        await ensureGroup(deps.redis).catch(() => undefined);
        await pause();
      }
    }
  };

  return {
    async start() {
      await ensureGroup(deps.redis);
      loop = run();
    },
    async stop() {
      stopped = true;
      deps.reader.disconnect();
      await loop;
    },
    async settled() {
      const newest = await deps.redis.xrevrange(EVENT_STREAM, '+', '-', 'COUNT', 1);
      const upTo = newest[0]?.[0];
      // Applied entries are deleted: an empty stream has nothing that waits.
      if (upTo === undefined || !isAfter(upTo, applied)) {
        return;
      }
      await new Promise<void>((resolve) => waiters.push({ upTo, resolve }));
    },
  };
}

function isKnown({ kind }: Entry): boolean {
  return kind === 'event' || kind === 'log';
}

async function ensureGroup(redis: Redis): Promise<void> {
  try {
    await redis.xgroup('CREATE', EVENT_STREAM, GROUP, '0', 'MKSTREAM');
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('BUSYGROUP'))) {
      throw error;
    }
  }
}

async function read(reader: Redis, from: string): Promise<Entry[]> {
  const answer = (await reader.callBuffer(
    'XREADGROUP',
    ...['GROUP', GROUP, CONSUMER, 'COUNT', BATCH, 'BLOCK', BLOCK_MS, 'STREAMS', EVENT_STREAM, from],
  )) as [Buffer, RawEntry[]][] | null;
  return (answer?.[0]?.[1] ?? []).map(entryOf);
}
