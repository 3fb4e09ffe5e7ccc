import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Redis } from 'ioredis';
import { jobQueue } from '../../src/adapters/bullmq/jobs.js';
import { entryOf, type RawEntry, type Reported, reportedBy } from '../../src/adapters/redis/event-entries.js';
import { redisFences } from '../../src/adapters/redis/fences.js';
import { EVENT_STREAM } from '../../src/adapters/redis/keys.js';
import { openDataDir } from '../../src/composition/data-dir.js';
import { openRedis } from '../../src/composition/redis.js';
import { composeWorker, type WorkerProcess } from '../../src/composition/worker.js';
import type { PlannedStage } from '../../src/pipeline/model.js';
import { gitEnvironment, readSettings } from '../../src/settings.js';
import { createOrigin, pushOf, repositoryAt, serveGit } from '../adapters/git/origin.js';
import { silent } from '../contract/support/logger.js';
import { MemoryDepot } from '../worker/memory-depot.js';
import { leaseOf } from '../worker/world.js';

/** What a job's first stage said, milliseconds from its job's way into the queue. */
export interface FirstStage {
  /** The worker has the first output. */
  readonly heard: number;
  /** It is in Redis, for all who follow the log. */
  readonly told: number;
}

/** A worker in this process, with a Redis of its own and a git server, and nobody who reads what it reports but us. */
export interface WorkerAlone {
  /** Runs a job of this stage on a commit of its own, to its end. */
  run(stage: PlannedStage): Promise<FirstStage>;
  readonly pool: WorkerProcess['pool'];
  close(): Promise<void>;
}

export async function openWorker(
  directory: string,
  environment: Readonly<Record<string, string>>,
): Promise<WorkerAlone> {
  const root = await mkdtemp(path.join(tmpdir(), 'cyclone-bench-git-'));
  const origin = createOrigin(path.join(root, 'api'));
  const git = await serveGit(root, undefined);
  // Its Redis is its own, and its server is us.
  const apart = {
    REDIS_URL: 'redis://none',
    CYCLONE_SERVER_URL: 'http://none',
    CYCLONE_WORKER_SECRET: 'x'.repeat(16),
  };
  const settings = {
    ...readSettings({ role: 'worker' }, { CYCLONE_DATA_DIR: directory, ...apart, ...environment }),
    redisUrl: undefined,
    keepSeconds: 0,
  };
  const dataDir = await openDataDir(directory);
  const redis = await openRedis(settings, silent);
  const [client, reader] = [await redis.connect('patient'), await redis.connect('patient')];
  const wanted = new Map<number, { readonly stage: PlannedStage; readonly sha: string }>();
  const worker = await composeWorker({
    settings,
    dataDir,
    redis,
    leases: {
      async lease(run, job) {
        const { stage, sha } = wanted.get(run) ?? {};
        if (stage === undefined || sha === undefined) return undefined;
        const fence = await redisFences(client).raise(run, job, 0);
        const repository = repositoryAt(`${git.url}/api/.git`);
        return leaseOf([stage], { run, fence, repository, trigger: pushOf(sha) });
      },
      renewToken: async () => undefined,
    },
    depot: new MemoryDepot(),
    install: `bench-${path.basename(directory)}-${randomBytes(4).toString('hex')}`,
    environment: gitEnvironment(),
    logger: silent,
  });
  await worker.start();
  const jobs = jobQueue(client, silent);
  let last = '0';
  let runs = 0;

  return {
    pool: worker.pool,
    async run(stage) {
      const run = (runs += 1);
      wanted.set(run, { stage, sha: origin.commit({ turn: String(run) }) });
      const from = Date.now();
      await jobs.enqueue(run, 'chain', 1);
      let [heard, told] = [NaN, NaN];
      for (;;) {
        const { id, reported } = await next(reader, last);
        last = id;
        if (reported?.kind === 'log') {
          const stamp = reported.segment.stamps?.find(({ stream }) => stream !== 'cyclone');
          if (stamp === undefined || Number.isFinite(told)) continue;
          [heard, told] = [stamp.at - from, Date.now() - from];
        } else if (reported?.event.type === 'stage_ended') {
          if (reported.event.outcome.kind !== 'passed')
            throw new Error(JSON.stringify(reported.event.outcome));
        } else if (reported?.event.type === 'job_ended') return { heard, told };
      }
    },
    async close() {
      await worker.close(0);
      await jobs.close();
      await redis.close();
      await dataDir.release();
      await git.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

type StreamAnswer = [key: Buffer, entries: RawEntry[]][];

async function next(
  redis: Redis,
  last: string,
): Promise<{ readonly id: string; readonly reported: Reported | undefined }> {
  const answer = await redis.xreadBuffer('COUNT', 1, 'BLOCK', 0, 'STREAMS', EVENT_STREAM, last);
  const [raw] = (answer as unknown as StreamAnswer)[0]?.[1] ?? [];
  if (raw === undefined) throw new Error('the stream ended');
  const entry = entryOf(raw);
  return { id: entry.id, reported: reportedBy(entry) };
}
