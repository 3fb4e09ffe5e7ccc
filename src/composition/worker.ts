import { rm, statfs } from 'node:fs/promises';
import { hostname } from 'node:os';
import { type JobWorker, jobWorker, NotNow } from '../adapters/bullmq/job-worker.js';
import { dockerEngine } from '../adapters/docker/engine.js';
import { gitCheckout } from '../adapters/git/checkout.js';
import { openFirewall } from '../adapters/iptables/firewall.js';
import { subscribeCancellations } from '../adapters/redis/cancellations.js';
import { redisObserver } from '../adapters/redis/observer.js';
import { type Announcement, announceWorker, workersSeen } from '../adapters/redis/workers.js';
import { ownLabel } from '../pipeline/labels.js';
import { repositoryMatches } from '../pipeline/trust.js';
import type { Logger } from '../runs/ports.js';
import type { Settings } from '../settings.js';
import { checkedDepot } from '../worker/checked-depot.js';
import { createKept, LEAST_FREE } from '../worker/create-kept.js';
import { createSandboxes } from '../worker/create-sandboxes.js';
import { createStrays } from '../worker/create-strays.js';
import { executeJob } from '../worker/execute.js';
import { createPool } from '../worker/pool/create-pool.js';
import type { PoolState } from '../worker/pool/pool.js';
import { type Depot, type Engine, type EngineInfo, LABELS, type LeaseSource } from '../worker/ports.js';
import { borrowedBy } from '../worker/workspace.js';
import { systemClock } from './clock.js';
import { type DataDir, DataDirUnavailable } from './data-dir.js';
import { createLetGo, lettingGo } from './dead-buffers.js';
import { boundImages, openLedger } from './images.js';
import { defaultLimits } from './limits.js';
import { orphansLook } from './orphans.js';
import type { RedisConnections } from './redis.js';
import { tidyDaily, tidyMirrorsDaily } from './tidy.js';

const ENGINE_RETRY_MS = 1000;

export interface WorkerProcess {
  readonly engine: Engine;
  readonly info: EngineInfo;
  readonly pool: () => PoolState;
  start(): Promise<void>;
  /** Stages that run may go on for so long; then, or when they end, the jobs are handed back. */
  close(drainSeconds: number): Promise<void>;
}

export interface WorkerComposition {
  readonly settings: Settings;
  readonly dataDir: DataDir;
  readonly redis: RedisConnections;
  readonly leases: LeaseSource;
  readonly depot: Depot;
  readonly install: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly logger: Logger;
}

/** @throws EngineUnavailable when no engine answers; InvalidDockerHost; DataDirUnavailable when the engine does not see it */
export async function composeWorker(deps: WorkerComposition): Promise<WorkerProcess> {
  const { settings, dataDir, install, logger } = deps;
  const firewall = await openFirewall();
  const ledger = settings.images.bytes === undefined ? undefined : await openLedger(dataDir, logger);
  const engine = dockerEngine({
    ...(settings.dockerHost === undefined ? {} : { dockerHost: settings.dockerHost }),
    install,
    firewall,
    ...(ledger && { ledger }),
  });
  const info = await engine.info();
  const limits = defaultLimits(info);
  for (const warning of [...info.warnings, ...firewall.open]) {
    logger.warn({ warning }, 'engine');
  }
  if (!(await engine.sharesPath(dataDir.root))) {
    throw new DataDirUnavailable(
      `the engine does not see CYCLONE_DATA_DIR ${dataDir.root} at that path: when Cyclone runs in a container, or the engine on another machine, mount the directory at the same path on both`,
    );
  }
  const commands = await deps.redis.connect('patient');
  const letGo = createLetGo();
  const depot = checkedDepot(deps.depot);
  const soft = new AbortController();
  const hard = new AbortController();
  const checkout = gitCheckout({
    mirrors: dataDir.mirrors,
    environment: deps.environment,
    borrowed: () => borrowedBy(dataDir.workspaces),
    shallow: (repository) => settings.shallowRepositories.some((glob) => repositoryMatches(glob, repository)),
  });
  const keepMs = settings.keepSeconds * 1000;
  const free = async (): Promise<number> => {
    const { bavail, blocks } = await statfs(dataDir.root);
    return bavail / blocks;
  };
  const machine = { engine, install, workerId: dataDir.workerId, clock: systemClock, logger };
  const kept = createKept({ ...machine, workspaces: dataDir.workspaces, keepMs, limits, free });
  const orphans = orphansLook(
    {
      engine,
      // While our engine is away we say that we are not there.
      living: async () => new Set([dataDir.workerId, ...(await workersSeen(commands)).map(({ id }) => id)]),
      clock: systemClock,
      logger,
    },
    soft.signal,
  );
  const strays = createStrays({
    engine,
    engineBack: async () => {
      await engineOrLater().catch(() => waiting);
    },
    clock: systemClock,
    logger,
  });
  const pool = createPool({
    ...machine,
    strays,
    directory: dataDir.pool,
    size: settings.pool,
    mostOfOne: settings.concurrency,
    hasRoom: async () => (await free()) >= LEAST_FREE,
  });
  const sandboxes = createSandboxes({ ...machine, strays, size: settings.sandboxes });

  const images = ledger && boundImages({ engine, info, ledger, settings, dataDir, logger });

  const process = async (run: number, job: string, signal: AbortSignal): Promise<void> => {
    await engineOrLater();
    const asked = systemClock.now();
    const lease = await deps.leases.lease(run, job, dataDir.workerId).catch((cause: unknown) => {
      logger.warn({ err: cause, run, job }, 'no lease for now');
      throw new NotNow('the server gives no lease for now', { cause });
    });
    if (lease === undefined) {
      await kept.sweep(run, job);
      return;
    }
    await executeJob(
      lease,
      {
        engine,
        checkout,
        depot,
        observer: lettingGo(redisObserver(commands, lease, dataDir.workerId, systemClock.now), letGo),
        renewToken: (refused) => deps.leases.renewToken(run, job, lease.fence, refused),
        clock: systemClock,
        install,
        workerId: dataDir.workerId,
        workspaces: dataDir.workspaces,
        kept,
        limits,
        ...(ledger && { images: ledger }),
        ...(settings.pool > 0 && { pool }),
        sandboxes,
        strays,
        begun: [{ name: 'lease', at: asked, ms: systemClock.now() - asked }],
        drain: { soft: soft.signal, hard: hard.signal },
        logger,
      },
      signal,
    );
    // Its owner before us may have died, and not here alone.
    if (lease.fence > 1) orphans();
  };

  const connection = await deps.redis.connect('patient');
  const subscriber = await deps.redis.connect('patient');
  const labels = [...new Set([info.os, info.architecture, ownLabel(dataDir.workerId), ...settings.labels])];
  let worker: JobWorker | undefined;
  let announcement: Announcement | undefined;
  let inHand = 0;
  const about = { host: hostname(), hands: settings.concurrency, since: systemClock.now() };
  let waiting: Promise<void> | undefined;

  const announce = async (): Promise<void> => {
    announcement = await announceWorker(commands, { id: dataDir.workerId, labels, about }, logger);
    announcement.busy(inHand);
  };
  const leave = async (): Promise<void> => {
    await announcement?.leave().catch((err: unknown) => logger.warn({ err }, 'worker not signed off'));
  };

  /** While the engine is away no job is taken: it waits in the queue, for us or another worker. */
  const engineOrLater = async (): Promise<void> => {
    try {
      await engine.ping();
    } catch (cause) {
      waiting ??= untilEngine().finally(() => {
        waiting = undefined;
      });
      throw new NotNow('the engine is away', { cause });
    }
  };
  const untilEngine = async (): Promise<void> => {
    logger.error({}, 'the Docker engine does not answer: jobs wait until it does');
    worker?.pause();
    // What was meant for this worker alone need not wait for it.
    await leave();
    while (!soft.signal.aborted) {
      await systemClock.sleep(ENGINE_RETRY_MS, soft.signal);
      const back = await engine.ping().then(
        () => true,
        () => false,
      );
      if (back) {
        logger.info({}, 'the Docker engine is back');
        strays.remove();
        orphans();
        if (inHand === 0) sandboxes.refill();
        worker?.resume();
        await announce().catch((err: unknown) => logger.warn({ err }, 'worker not announced'));
        return;
      }
    }
  };

  return {
    engine,
    info,
    pool: pool.state,
    async start() {
      // Whatever bears our name is of a process that died: we have started nothing yet.
      const ours = { [LABELS.install]: install, [LABELS.worker]: dataDir.workerId };
      await engine.reap(ours, { images: false });
      await rm(dataDir.pool, { recursive: true, force: true });
      const { concurrency } = settings;
      const carried = async (...job: Parameters<typeof process>): Promise<void> => {
        announcement?.busy((inHand += 1));
        await process(...job).finally(() => {
          announcement?.busy((inHand -= 1));
          strays.remove();
          pool.refill();
          // While others run, a sandbox would cost them what it saves the next job.
          if (inHand === 0) sandboxes.refill();
          images?.jobEnded();
        });
      };
      worker = jobWorker(connection, { concurrency, labels: new Set(labels), process: carried, logger });
      await announce();
      logger.info({ labels }, 'taking jobs');
      sandboxes.refill();
      void tidyDaily({ engine, keepMs, images, orphans, clock: systemClock, logger }, soft.signal);
      void kept.tidy(soft.signal);
      void tidyMirrorsDaily({ checkout, ...settings.mirrors, clock: systemClock, logger }, soft.signal);
      await subscribeCancellations(subscriber, (run, by) => worker?.cancel(run, by));
    },
    async close(drainSeconds) {
      const reason = 'the worker is shutting down';
      soft.abort(reason);
      const late = setTimeout(() => hard.abort(reason), drainSeconds * 1000);
      const left = leave();
      await worker?.close();
      await Promise.all([left, pool.close(), sandboxes.close(), images?.close()]);
      // Behind all that may add to them.
      await strays.close();
      clearTimeout(late);
      checkout.close();
    },
  };
}
