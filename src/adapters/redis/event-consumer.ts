import type { Redis } from 'ioredis';
import type { LogSegment } from '../../logs/ports.js';
import type { WorkerEvent } from '../../pipeline/model.js';
import type { Logger, ReportedEvents } from '../../runs/ports.js';
import { EVENT_STREAM } from './keys.js';

const GROUP = 'server';
const CONSUMER = 'server';
const BATCH = 256;
/** One blocking read; only bounds how long `stop` waits for a connection that is gone. */
const BLOCK_MS = 5000;
const RETRY_MS = 500;

/** One entry of the stream. */
export type Reported =
  | { readonly kind: 'event'; readonly event: WorkerEvent }
  | { readonly kind: 'log'; readonly segment: LogSegment };

export interface EventConsumer extends ReportedEvents {
  start(): Promise<void>;
  /** Finishes the batch in hand. */
  stop(): Promise<void>;
}

/**
 * Reads what workers report, in order, at least once: a batch is acknowledged after `apply` has resolved,
 * and read again after a crash. While `apply` rejects (the database is away) the batch is tried again.
 */
export function redisEventConsumer(deps: {
  /** Used for blocking reads alone. */
  readonly reader: Redis;
  readonly redis: Redis;
  readonly apply: (batch: readonly Reported[]) => Promise<void>;
  readonly logger: Logger;
}): EventConsumer {
  const waiters: { readonly upTo: string; readonly resolve: () => void }[] = [];
  let applied = '0-0';
  let stopped = false;
  let loop: Promise<void> = Promise.resolve();

  const settle = (upTo: string): void => {
    applied = upTo;
    for (const waiter of waiters.filter((candidate) => !after(candidate.upTo, applied))) {
      waiters.splice(waiters.indexOf(waiter), 1);
      waiter.resolve();
    }
  };

  const acknowledge = async (ids: readonly string[]): Promise<void> => {
    await deps.redis
      .multi()
      .xack(EVENT_STREAM, GROUP, ...ids)
      .xdel(EVENT_STREAM, ...ids)
      .exec();
  };

  const handle = async (entries: readonly Entry[]): Promise<void> => {
    const last = entries.at(-1);
    if (last === undefined) {
      return;
    }
    await deps.apply(entries.flatMap((entry) => decode(entry, deps.logger)));
    await acknowledge(entries.map((entry) => entry.id));
    settle(last.id);
  };

  const run = async (): Promise<void> => {
    // First what was read before a crash and never acknowledged, then what is new.
    let from = '0';
    while (!stopped) {
      try {
        const entries = await read(deps.reader, from);
        from = from === '0' && entries.length > 0 ? '0' : '>';
        await handle(entries);
      } catch (error) {
        if (stopped) {
          return;
        }
        from = '0';
        deps.logger.error({ err: error }, 'events of workers could not be applied: trying again');
        await ensureGroup(deps.redis).catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
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
      if (upTo === undefined || !after(upTo, applied)) {
        return;
      }
      await new Promise<void>((resolve) => waiters.push({ upTo, resolve }));
    },
  };
}

interface Entry {
  readonly id: string;
  readonly kind: string;
  readonly meta: string;
  readonly bytes: Buffer;
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

type RawEntry = [id: Buffer, fields: [kind: Buffer, meta: Buffer, name: Buffer, bytes: Buffer] | null];

async function read(reader: Redis, from: string): Promise<Entry[]> {
  const answer = (await reader.callBuffer(
    'XREADGROUP',
    ...['GROUP', GROUP, CONSUMER, 'COUNT', BATCH, 'BLOCK', BLOCK_MS, 'STREAMS', EVENT_STREAM, from],
  )) as [Buffer, RawEntry[]][] | null;
  return (answer?.[0]?.[1] ?? []).map(([id, fields]) => ({
    id: id.toString(),
    // A deleted entry that was never acknowledged comes back without fields.
    kind: fields?.[0].toString() ?? 'deleted',
    meta: fields?.[1].toString() ?? '',
    bytes: fields?.[3] ?? Buffer.alloc(0),
  }));
}

type LogMeta = LogSegment['key'] & Omit<LogSegment, 'key' | 'bytes'>;

function decode(entry: Entry, logger: Logger): Reported[] {
  if (entry.kind === 'event') {
    return [{ kind: 'event', event: JSON.parse(entry.meta) as WorkerEvent }];
  }
  if (entry.kind === 'log') {
    const { run, stage, service, fence, offset, stamps, marks } = JSON.parse(entry.meta) as LogMeta;
    const segment: LogSegment = {
      key: { run, stage, fence, ...(service !== undefined && { service }) },
      offset,
      bytes: entry.bytes,
      ...(stamps && { stamps }),
      ...(marks && { marks }),
    };
    return [{ kind: 'log', segment }];
  }
  logger.warn({ id: entry.id, kind: entry.kind }, 'unknown entry among the events');
  return [];
}

/** Whether stream id `a` is later than `b`. */
function after(a: string, b: string): boolean {
  const [aTime = 0, aSeq = 0] = a.split('-').map(Number);
  const [bTime = 0, bSeq = 0] = b.split('-').map(Number);
  return aTime === bTime ? aSeq > bSeq : aTime > bTime;
}
