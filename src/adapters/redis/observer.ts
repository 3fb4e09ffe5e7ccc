import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { WorkerEvent } from '../../pipeline/model.js';
import { FenceLost, type Lease, type RunObserver } from '../../worker/ports.js';
import { EVENT_STREAM, fenceKey } from './keys.js';

/** Unread entries at which logs wait, of small ones: a server that is away for a while stops nobody who prints little. */
const MOST_UNREAD = 1024;
/** Larger ones wait for fewer, so that this much is unread at about the most, and twice as much with small ones behind. */
const MOST_UNREAD_BYTES = 64 * 1024 * 1024;
/** Services leave room for what the stage itself says: one that prints without end must not make it wait. */
const SHARE_OF_SERVICES = 1 / 2;
const FULL_WAIT_MS = 20;

/**
 * Adds to the stream only for the owner of the job: after a takeover the old owner's writes fail, in the
 * same step in which they would be made. Logs wait while too much is unread; states never do. Without anything to
 * add it only tells whether it could be.
 */
const APPEND = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 'lost' end
if ARGV[2] == 'log' and redis.call('XLEN', KEYS[2]) >= tonumber(ARGV[3]) then return 'full' end
if #ARGV == 3 then return 'room' end
redis.call('XADD', KEYS[2], '*', ARGV[2], ARGV[4], 'bytes', ARGV[5])
return 'ok'`;

type EventBody<T> = T extends WorkerEvent ? Omit<T, 'run' | 'job' | 'fence' | 'seq' | 'at'> : never;

/** Reports one job through Redis to the server. Calls go out in the order in which they are made. */
export function redisObserver(
  redis: Redis,
  lease: Pick<Lease, 'run' | 'job' | 'fence'>,
  worker: string,
  now: () => number,
): RunObserver {
  const head = { run: lease.run, job: lease.job.id, fence: lease.fence };
  const offsets = new Map<string, number>();
  let seq = 0;

  const append = async (kind: 'event' | 'log', meta: object, bytes: Buffer, share = 1): Promise<void> => {
    const most = Math.ceil(share * Math.min(MOST_UNREAD, MOST_UNREAD_BYTES / bytes.length));
    const ask = (...entry: readonly (string | Buffer)[]) =>
      redis.eval(APPEND, 2, fenceKey(head.run, head.job), EVENT_STREAM, lease.fence, kind, most, ...entry);
    for (;;) {
      let answer = await ask(JSON.stringify(meta), bytes);
      while (answer === 'full') {
        await sleep(FULL_WAIT_MS);
        // Without the bytes: a reader that is behind has enough to do.
        answer = await ask();
      }
      if (answer === 'ok') return;
      if (answer === 'lost') {
        throw new FenceLost(`job ${head.job} of run ${String(head.run)} has a newer owner`);
      }
    }
  };

  const emit = (body: EventBody<WorkerEvent>): Promise<void> => {
    seq += 1;
    return append('event', { ...head, seq, at: now(), ...body }, Buffer.alloc(0));
  };

  return {
    jobStarted: (spans) => emit({ type: 'job_started', worker, ...(spans && { spans }) }),
    stageStarted: (stage) => emit({ type: 'stage_started', stage }),
    async log(stage, { bytes, ...piece }) {
      // Services cannot be called anything with a line end.
      const log = `${piece.service ?? ''}\n${stage}`;
      const offset = offsets.get(log) ?? 0;
      offsets.set(log, offset + bytes.length);
      const share = piece.service === undefined ? 1 : SHARE_OF_SERVICES;
      await append('log', { ...head, stage, offset, ...piece }, bytes, share);
    },
    stageEnded: (stage, outcome, facts, spans = []) =>
      emit({ type: 'stage_ended', stage, outcome, facts, ...(spans.length > 0 && { spans }) }),
    jobReturned: (reason) => emit({ type: 'job_returned', reason }),
    jobEnded: () => emit({ type: 'job_ended' }),
  };
}
