import type { Redis } from 'ioredis';
import { watchFailedJobs } from '../adapters/bullmq/failed-jobs.js';
import { jobQueue } from '../adapters/bullmq/jobs.js';
import type { GitHubApp } from '../adapters/github/github-app.js';
import type { TimeObserver } from '../adapters/metrics/time-spent.js';
import { redisCancellations } from '../adapters/redis/cancellations.js';
import { redisEventConsumer } from '../adapters/redis/event-consumer.js';
import { redisFences } from '../adapters/redis/fences.js';
import { redisPresence, watchWorkers, workersSeen } from '../adapters/redis/workers.js';
import { groupStore } from '../adapters/sql/groups.js';
import { writable } from '../adapters/sql/secrets.js';
import type { Live } from '../logs/live.js';
import type { RegistryAuth } from '../pipeline/model.js';
import { type Advance, createAdvance } from '../runs/advance.js';
import { type CancelRun, createCancel } from '../runs/cancel.js';
import { createConcurrency } from '../runs/concurrency.js';
import { createFinds, createRemember, type Finds } from '../runs/depot.js';
import { createLease, createRenewToken, type GrantLease, type RenewToken } from '../runs/lease.js';
import { createPlacement } from '../runs/placement.js';
import type { Logger, RunListener, SecretStore } from '../runs/ports.js';
import { jobFailed, reconcile } from '../runs/reconcile.js';
import type { RegistrySettings, Settings } from '../settings.js';
import type { Links } from '../web/links.js';
import type { Floor } from '../web/ports.js';
import type { Breath } from './breath.js';
import { systemClock } from './clock.js';
import { createLetGo } from './dead-buffers.js';
import type { RedisConnections } from './redis.js';
import { applyReported, createPutAside } from './reported.js';
import type { Stores } from './stores.js';

/** Between two looks at the open runs: what an error of Redis kept back waits so long. */
const RECONCILE_MS = 60_000;

export interface RunningDeps {
  readonly settings: Pick<Settings, 'registry'>;
  readonly stores: Stores;
  readonly live: Live;
  readonly redis: RedisConnections;
  readonly commands: Redis;
  readonly github: GitHubApp;
  readonly secrets: SecretStore;
  readonly links: Links;
  readonly breath: Breath['breath'];
  readonly changed: RunListener;
  readonly workersChanged: () => void;
  readonly completed: (conclusion: string) => void;
  readonly spent: TimeObserver['spent'];
  readonly logger: Logger;
}

/** How runs go on: jobs into their queues, what workers ask for and report. */
export interface Running {
  readonly advance: Advance;
  readonly cancel: CancelRun;
  readonly leases: { readonly lease: GrantLease; readonly renewToken: RenewToken };
  readonly finds: Finds;
  readonly floor: Floor;
  /** Takes up what an earlier process left, then takes workers' reports. */
  start(): Promise<void>;
  /** Looks after open runs no more. */
  rest(): void;
  /** Applies what workers reported until now, and takes no more. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

export async function composeRunning(deps: RunningDeps): Promise<Running> {
  const { stores, commands, changed, github, logger } = deps;
  const { store, index, archive } = stores;
  const common = { store, clock: systemClock, logger };
  const queue = jobQueue(commands, logger);
  const concurrency = createConcurrency({ groups: groupStore(stores.db), ...common, changed });
  const placement = createPlacement({ presence: redisPresence(commands), queue, ...common, changed });
  const advance = createAdvance({
    ...common,
    queue,
    concurrency,
    placement,
    remember: createRemember({ index }),
    changed,
    completed: deps.completed,
    spent: deps.spent,
  });
  const fences = redisFences(commands);
  const consumer = redisEventConsumer({
    reader: await deps.redis.connect('patient'),
    redis: commands,
    apply: (batch) => applyReported(batch, { archive, live: deps.live, advance }),
    putAside: createPutAside({ ...common, advance, fences, writable: () => writable(stores.db) }),
    letGo: createLetGo(),
    logger,
  });
  const lease = createLease({
    ...common,
    advance,
    concurrency,
    fences,
    reported: consumer,
    tokens: github,
    secrets: deps.secrets,
    registries: registryAuth(deps.settings.registry),
    runUrl: (run) => deps.links.run(run, false),
  });
  const reconciliation = {
    ...common,
    queue,
    advance,
    concurrency,
    reported: consumer,
    breath: deps.breath,
  };
  const failed = (run: number, job: string): void => {
    jobFailed({ ...common, advance }, run, job).catch((err: unknown) =>
      logger.error({ err, run, job }, 'job given up by the queue, and not ended'),
    );
  };
  const workersChanged = (): void => {
    deps.workersChanged();
    placement.lookAll().catch((err: unknown) => logger.warn({ err }, 'waiting jobs not told of a worker'));
  };
  let regular: NodeJS.Timeout | undefined;
  let failures: ReturnType<typeof watchFailedJobs> | undefined;

  return {
    advance,
    cancel: createCancel({ ...common, advance, cancellations: redisCancellations(commands) }),
    leases: { lease, renewToken: createRenewToken({ store, tokens: github }) },
    finds: createFinds({ store, index, blobs: stores.blobs, reported: consumer, clock: systemClock }),
    floor: { workers: () => workersSeen(commands), queues: () => queue.seen() },
    async start() {
      await consumer.start();
      await consumer.settled();
      failures = watchFailedJobs(commands, failed, logger);
      await watchWorkers(await deps.redis.connect('patient'), workersChanged);
      await reconcile(reconciliation);
      regular = setInterval(() => {
        const both = reconcile(reconciliation).then(() => queue.tidy());
        both.catch((err: unknown) => logger.warn({ err }, 'open runs not looked after'));
      }, RECONCILE_MS);
    },
    rest: () => clearInterval(regular),
    async settle() {
      await consumer.settled();
      await consumer.stop();
    },
    async close() {
      await failures?.close();
      await queue.close();
    },
  };
}

/** The registry's credentials, bound to its host. */
function registryAuth(registry: RegistrySettings | undefined): Readonly<Record<string, RegistryAuth>> {
  if (registry?.username === undefined || registry.password === undefined) {
    return {};
  }
  const host = registry.location.split('/', 1)[0] ?? registry.location;
  return { [host]: { username: registry.username, password: registry.password } };
}
