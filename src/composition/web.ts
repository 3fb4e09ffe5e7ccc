import type { TimeObserver } from '../adapters/metrics/time-spent.js';
import { createDifferences } from '../logs/difference/differences.js';
import type { Logger, RunFilter, RunStore } from '../runs/ports.js';
import type { Settings } from '../settings.js';
import type { Health, Metrics, RunQueries } from '../web/ports.js';
import { createProbes, createWeb, type Web } from '../web/server.js';
import { systemClock } from './clock.js';
import type { Server } from './server.js';

export interface WebComposition {
  readonly settings: Settings;
  /** Undefined in a pure worker: it answers for its health only. */
  readonly server: Server | undefined;
  readonly health: Health;
  readonly metrics: Metrics & { readonly times: TimeObserver };
  readonly logger: Logger;
}

export function webListener(deps: WebComposition): Web {
  const { settings, server, health, metrics, logger } = deps;
  if (server === undefined) {
    return createProbes({ publicUrl: settings.publicUrl, health, metrics, logger });
  }
  return createWeb({
    publicUrl: settings.publicUrl,
    trustedProxies: settings.trustedProxies,
    signingKey: server.linkKey,
    queries: queriesOf(server.store),
    repositories: server.repositories,
    history: server.history,
    feed: server.feed,
    floor: server.floor,
    archive: server.archive,
    live: server.live,
    causes: server.causes,
    differences: createDifferences(server.archive),
    blobs: server.blobs,
    health,
    metrics,
    clock: systemClock,
    logger,
    webhook: { path: settings.webhookPath, receiver: server.webhooks, answered: metrics.times.answered },
    signIn: server.signIn,
    actions: { people: server.people, operations: server.operations },
    worker:
      settings.workerSecret === undefined
        ? undefined
        : { secret: settings.workerSecret, leases: server.leases, finds: server.finds },
  });
}

function queriesOf(store: RunStore): RunQueries {
  return {
    run: (id) => store.load(id),
    runs: (filter: RunFilter) => store.list(filter),
    lastPassed: (run, stage) => store.lastPassed(run, stage),
  };
}
