import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { httpDepot } from './adapters/http/depot.js';
import { httpLeases } from './adapters/http/leases.js';
import { prometheus } from './adapters/metrics/prometheus.js';
import { readInstall } from './adapters/redis/install.js';
import { systemClock } from './composition/clock.js';
import { openDataDir } from './composition/data-dir.js';
import { directDepot } from './composition/depot.js';
import { createHealth } from './composition/health.js';
import { openRedis, type RedisConnections } from './composition/redis.js';
import { composeServer, type Server } from './composition/server.js';
import { webListener } from './composition/web.js';
import { composeWorker, type WorkerProcess } from './composition/worker.js';
import type { Logger } from './runs/ports.js';
import { gitEnvironment, type Settings } from './settings.js';

/** Beyond the time that stages get, for each part that is stopped. */
const STEP_SECONDS = 5;

/** For the whole of a request: workers on other machines send files of up to 8 GiB. Its head has a minute. */
const REQUEST_MS = 3600 * 1000;

export interface Cyclone {
  readonly port: number;
  /** Who cancels by hand; undefined in a pure worker. */
  readonly cancel: Server['cancel'] | undefined;
  /**
   * Drains: no new jobs, running stages finish or are handed back. Safe twice.
   * @returns whether everything ended in time; what did not (Redis is away) is found at the next start
   */
  stop(): Promise<boolean>;
}

/**
 * The composition root: settings → adapters → server, worker, or both.
 * @throws DataDirUnavailable, RedisUnavailable, EngineUnavailable, InvalidDockerHost with what to do
 */
export async function start(settings: Settings, logger: Logger): Promise<Cyclone> {
  const undo: (() => Promise<unknown>)[] = [];
  const patience = (settings.drainSeconds + STEP_SECONDS) * 1000;
  const stop = once(async () => {
    let clean = true;
    for (const step of undo.splice(0).toReversed()) {
      clean = (await inTime(step(), patience, logger)) && clean;
    }
    return clean;
  });
  try {
    const dataDir = await openDataDir(settings.dataDir);
    undo.push(() => dataDir.release());
    const redis = await openRedis(settings, logger);
    undo.push(() => redis.close());

    const metrics = prometheus();
    const server = await serverOf(settings, { dataDir, redis, logger, metrics });
    if (server !== undefined) {
      undo.push(() => server.close());
      metrics.watch({
        openRuns: async () => (await server.store.unfinished()).length,
        unsentChecks: server.unsentChecks,
      });
    }
    const worker = await workerOf(settings, { dataDir, redis, logger, server });
    if (worker !== undefined) {
      undo.push(() => worker.close(settings.drainSeconds));
      if (settings.pool > 0) metrics.watchPool(worker.pool);
    }

    const health = createHealth(await probes(redis, server, worker));
    const web = webListener({ settings, server, health, metrics, logger });
    const http = createServer({ requestTimeout: REQUEST_MS }, web.listener);
    await listen(http, settings);
    undo.push(() => closeHttp(http, web));

    await server?.start();
    undo.push(async () => server?.closeIntake());
    await worker?.start();
    const { port } = http.address() as AddressInfo;
    logger.info({ port, role: settings.role, engine: worker?.info.version }, 'ready');
    return { port, cancel: server?.cancel, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Foundations = {
  readonly dataDir: Awaited<ReturnType<typeof openDataDir>>;
  readonly redis: RedisConnections;
  readonly logger: Logger;
};

async function serverOf(
  settings: Settings,
  deps: Foundations & { readonly metrics: ReturnType<typeof prometheus> },
): Promise<Server | undefined> {
  const { github } = settings;
  if (github === undefined) {
    return undefined;
  }
  const { runCompleted: completed, redelivered, traffic, times, traces: traced } = deps.metrics;
  return composeServer({
    ...deps,
    settings: { ...settings, github },
    completed,
    redelivered,
    traffic,
    times,
    traced,
  });
}

async function workerOf(
  settings: Settings,
  deps: Foundations & { readonly server: Server | undefined },
): Promise<WorkerProcess | undefined> {
  if (settings.role === 'server') {
    return undefined;
  }
  const { server } = deps;
  const leases =
    server === undefined ? httpLeases(settings.serverUrl ?? '', settings.workerSecret ?? '') : server.leases;
  const install = server?.install ?? (await readInstall(await deps.redis.connect('patient')));
  const depot =
    server === undefined
      ? httpDepot(settings.serverUrl ?? '', settings.workerSecret ?? '')
      : directDepot(server);
  return composeWorker({ ...deps, settings, leases, depot, install, environment: gitEnvironment() });
}

async function probes(
  redis: RedisConnections,
  server: Server | undefined,
  worker: WorkerProcess | undefined,
): Promise<Record<string, () => Promise<unknown>>> {
  const prompt = await redis.connect('prompt');
  const relay = server?.relay;
  return {
    redis: () => prompt.ping(),
    ...(server === undefined ? {} : { sql: () => server.ping() }),
    ...(relay === undefined ? {} : { relay: () => relay.check() }),
    ...(worker === undefined ? {} : { docker: () => worker.engine.info() }),
  };
}

function listen(http: HttpServer, { port, host }: Settings): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, host, () => {
      http.off('error', reject);
      resolve();
    });
  });
}

async function closeHttp(http: HttpServer, web: { close(): void }): Promise<void> {
  const closed = new Promise((resolve) => http.close(resolve));
  web.close();
  http.closeIdleConnections();
  await Promise.race([closed, systemClock.sleep(2000)]);
  http.closeAllConnections();
}

async function inTime(step: Promise<unknown>, ms: number, logger: Logger): Promise<boolean> {
  const over = new AbortController();
  const late = systemClock.sleep(ms, over.signal).then(() => Promise.reject(new Error('it takes too long')));
  try {
    await Promise.race([step, late]);
    return true;
  } catch (err) {
    logger.error({ err }, 'while stopping');
    return false;
  } finally {
    late.catch(() => undefined);
    over.abort();
  }
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => (running ??= work());
}
