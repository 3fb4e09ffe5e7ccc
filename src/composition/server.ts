import { watchFailedJobs } from '../adapters/bullmq/failed-jobs.js';
import { intakeConsumer, intakeProducer } from '../adapters/bullmq/intake.js';
import { jobQueue } from '../adapters/bullmq/jobs.js';
import { scheduleQueue, scheduleWorker } from '../adapters/bullmq/schedule.js';
import { diskBlobs } from '../adapters/depot/disk.js';
import { type GitHubApp, githubApp } from '../adapters/github/github-app.js';
import type { TimeObserver } from '../adapters/metrics/time-spent.js';
import { redisCancellations } from '../adapters/redis/cancellations.js';
import { redisEventConsumer } from '../adapters/redis/event-consumer.js';
import { redisFences } from '../adapters/redis/fences.js';
import { publishInstall } from '../adapters/redis/install.js';
import { relayHeard } from '../adapters/redis/relay.js';
import { redisReplays } from '../adapters/redis/signatures.js';
import { redisPresence, watchWorkers, workersSeen } from '../adapters/redis/workers.js';
import { type Relay, webhookRelay } from '../adapters/relay/relay.js';
import { NO_SECRETS, secretFile } from '../adapters/secrets/file.js';
import { type Database, openDatabase } from '../adapters/sql/database.js';
import { depotIndex } from '../adapters/sql/depot-index.js';
import { groupStore } from '../adapters/sql/groups.js';
import { runHistory } from '../adapters/sql/history.js';
import { repositoryQueries, repositoryStore } from '../adapters/sql/repositories.js';
import { runStore } from '../adapters/sql/runs.js';
import { installationValue, writable } from '../adapters/sql/secrets.js';
import { sessionStore } from '../adapters/sql/sessions.js';
import { cyclone } from '../app.js';
import { createCarryOut } from '../handlers/commands/carry-out.js';
import { may } from '../handlers/commands/rights.js';
import { createLive, type Live } from '../logs/live.js';
import type { LogArchive } from '../logs/ports.js';
import type { RegistryAuth } from '../pipeline/model.js';
import { createAdvance } from '../runs/advance.js';
import { type CancelRun, createCancel } from '../runs/cancel.js';
import { createCatchUp } from '../runs/catch-up.js';
import { createConcurrency } from '../runs/concurrency.js';
import { createFinds, createRemember, type Finds } from '../runs/depot.js';
import { createFeed, type Feed, WORKERS } from '../runs/feed.js';
import { createLease, createRenewToken, type GrantLease, type RenewToken } from '../runs/lease.js';
import type { Enquiries, Operations } from '../runs/operations.js';
import { createPlacement } from '../runs/placement.js';
import type { BlobStore, Logger, RunStore, TraceCounts, TrafficObserver } from '../runs/ports.js';
import { jobFailed, reconcile } from '../runs/reconcile.js';
import { unlessReplayed } from '../runs/replay.js';
import { createCarryOutSchedule } from '../runs/schedule.js';
import type { GitHubSettings, RegistrySettings, Settings } from '../settings.js';
import { createLinks } from '../web/links.js';
import type { Causes, Floor, RepositoryQueries, RunHistory, SignIn, WebhookReceiver } from '../web/ports.js';
import { createBreath } from './breath.js';
import { composeCauses } from './causes.js';
import { systemClock } from './clock.js';
import type { DataDir } from './data-dir.js';
import { createLetGo } from './dead-buffers.js';
import { boundedBlobs } from './depot.js';
import { logArchive } from './log-archive.js';
import { createLogEnds } from './log-ends.js';
import { createLogNotes } from './log-notes.js';
import { composeReceiving } from './receiving.js';
import type { RedisConnections } from './redis.js';
import { applyReported, createPutAside } from './reported.js';
import { composeTelling } from './telling.js';
import { tidyFilesDaily, tidyLogsDaily, tidySessionsDaily } from './tidy.js';
import { composeTraces } from './traces.js';

/** How long GitHub may take to hear the last news before the process ends; the rest is sent at the next start. */
const LAST_NEWS_MS = 3000;

/** Between two looks at the open runs: what an error of Redis kept back waits so long. */
const RECONCILE_MS = 60_000;

const DAY_MS = 24 * 3600 * 1000;

export interface Server {
  readonly install: string;
  /** Of links to private runs; undefined: they open by signing in alone. */
  readonly linkKey: Buffer | undefined;
  readonly store: RunStore;
  readonly archive: LogArchive;
  readonly live: Live;
  readonly causes: Causes;
  readonly blobs: BlobStore;
  readonly finds: Finds;
  readonly webhooks: WebhookReceiver;
  /** Undefined: GitHub reaches us by itself. */
  readonly relay: Pick<Relay, 'check'> | undefined;
  /** For workers, here or elsewhere. */
  readonly leases: { readonly lease: GrantLease; readonly renewToken: RenewToken };
  readonly cancel: CancelRun;
  /** What people may do with runs, and ask of them. */
  readonly operations: Operations;
  readonly enquiries: Enquiries;
  readonly people: GitHubApp['people'];
  readonly repositories: RepositoryQueries;
  readonly history: RunHistory;
  readonly feed: Feed;
  readonly floor: Floor;
  /** Undefined: nobody can sign in. */
  readonly signIn: SignIn | undefined;
  readonly unsentChecks: () => Promise<number>;
  ping(): Promise<void>;
  /** Takes up what an earlier process left, then takes webhooks' events and workers' reports. */
  start(): Promise<void>;
  /** Takes no more events from webhooks. */
  closeIntake(): Promise<void>;
  /** Applies what workers reported, tells GitHub as far as it listens, and lets go of everything. */
  close(): Promise<void>;
}

export interface ServerDeps {
  readonly settings: Settings & { readonly github: GitHubSettings };
  readonly dataDir: DataDir;
  readonly redis: RedisConnections;
  readonly logger: Logger;
  readonly completed: (conclusion: string) => void;
  readonly traffic: TrafficObserver;
  readonly redelivered: (count: number) => void;
  readonly times: Pick<TimeObserver, 'spent' | 'reported'>;
  readonly traced: TraceCounts;
}

/** @throws SecretsUnavailable, and what its adapters throw at their start */
export async function composeServer(deps: ServerDeps): Promise<Server> {
  const { settings, dataDir, logger } = deps;
  const secrets = settings.secretsFile === undefined ? NO_SECRETS : await secretFile(settings.secretsFile);
  const db = await openDatabase(settings.databaseUrl ?? dataDir.database);
  const install = await installationValue(db, 'install', 6);
  const signingKey = Buffer.from(await installationValue(db, 'signing-key', 32), 'hex');
  const store = runStore(db);
  const archive = logArchive(dataDir.logs, settings.logs, logger);
  const live = createLive();
  const kept = { unusedMs: settings.files.days * DAY_MS, bytes: settings.files.bytes };
  const blobs = boundedBlobs(diskBlobs(dataDir.artifacts, { now: systemClock.now }), kept, logger);
  const index = depotIndex(db);
  const linkKey = settings.privatePages === 'signed-link' ? signingKey : undefined;
  const links = createLinks(settings.publicUrl, linkKey);
  const github = githubApp({
    appId: settings.github.appId,
    privateKey: settings.github.privateKey,
    baseUrl: settings.github.apiUrl,
    oauth: settings.github.oauth,
    webhookSecret: settings.github.webhookSecret,
    webhookPath: settings.webhookPath,
    logger,
    traffic: deps.traffic,
  });

  const { causes, findings } = composeCauses({ db, store, archive, logger });
  const traces = composeTraces(settings.traces, { db, install, links, counts: deps.traced, logger });
  const { breath, first } = createBreath(systemClock.now);
  const telling = composeTelling({
    db,
    breath,
    github,
    archive,
    findings,
    links,
    mode: settings.comment,
    reported: deps.times.reported,
    logger,
    told: (run) => traces.changed(run),
  });
  const endLogs = createLogEnds({ store, live, archive, logger });

  const commands = await deps.redis.connect('patient');
  await publishInstall(commands, install);
  const queue = jobQueue(commands, logger);
  const feed = createFeed();
  const changed = (run: number): void => {
    telling.changed(run);
    endLogs(run);
    traces.changed(run);
    feed.changed(run);
  };
  const groups = groupStore(db);
  const concurrency = createConcurrency({ groups, store, clock: systemClock, changed });
  const presence = redisPresence(commands);
  const placement = createPlacement({ presence, queue, store, clock: systemClock, changed });
  const advance = createAdvance({
    store,
    queue,
    concurrency,
    placement,
    remember: createRemember({ index }),
    clock: systemClock,
    logger,
    changed,
    completed: deps.completed,
    spent: deps.times.spent,
  });
  const fences = redisFences(commands);
  const consumer = redisEventConsumer({
    reader: await deps.redis.connect('patient'),
    redis: commands,
    apply: (batch) => applyReported(batch, { archive, live, advance }),
    putAside: createPutAside({
      store,
      advance,
      fences,
      clock: systemClock,
      logger,
      writable: () => writable(db),
    }),
    letGo: createLetGo(),
    logger,
  });
  const lease = createLease({
    store,
    advance,
    concurrency,
    fences,
    reported: consumer,
    tokens: github,
    secrets,
    clock: systemClock,
    logger,
    registries: registryAuth(settings.registry),
    runUrl: (run) => links.run(run, false),
  });
  const schedules = scheduleQueue(commands, logger);
  const following = { schedules, history: github.history, logger };
  const producer = intakeProducer(await deps.redis.connect('prompt'), logger);
  const cancel = createCancel({
    advance,
    cancellations: redisCancellations(commands),
    clock: systemClock,
    logger,
  });
  const { receive, operations, enquiries } = composeReceiving({
    files: github.repositories,
    history: github.history,
    pulls: github.pulls,
    schedules,
    store,
    repositories: repositoryStore(db),
    queue: producer,
    advance,
    cancel,
    notes: createLogNotes({ archive, live, now: () => systemClock.now() }),
    mayWrite: async (repository, login) => may(await github.permissions.of(repository, login), 'write'),
    clock: systemClock,
    logger,
    policy: { ...settings, registry: settings.registry?.location },
    commands: (wishes) => createCarryOut({ ...wishes, ...github, replies: telling, logger }),
  });
  const { appId } = settings.github;
  await github.probot.load(
    cyclone({
      intake: producer,
      appId,
      now: systemClock.now,
      signatureOf: (payload) => github.webhooks.signatureOf(payload),
    }),
  );

  const carryOut = createCarryOutSchedule({ ...following, intake: producer, clock: systemClock });
  const catchUp = createCatchUp({
    missed: github.missed,
    clock: systemClock,
    logger,
    redelivered: deps.redelivered,
  });
  const { webhookProxyUrl } = settings.github;
  const relay =
    webhookProxyUrl === undefined
      ? undefined
      : webhookRelay({
          url: webhookProxyUrl,
          receiver: github.webhooks,
          heard: relayHeard(await deps.redis.connect('prompt')),
          missedSince: (time) => catchUp.blindSince(time),
          clock: systemClock,
          logger,
        });
  const workerConnection = await deps.redis.connect('patient');
  let intakeWorker: ReturnType<typeof intakeConsumer> | undefined;
  let scheduler: ReturnType<typeof scheduleWorker> | undefined;
  const reconciliation = {
    store,
    queue,
    advance,
    concurrency,
    reported: consumer,
    clock: systemClock,
    logger,
    breath,
  };
  let regular: NodeJS.Timeout | undefined;
  const closing = new AbortController();
  let failures: ReturnType<typeof watchFailedJobs> | undefined;
  const workersChanged = (): void => {
    feed.changed(WORKERS);
    placement.lookAll().catch((err: unknown) => logger.warn({ err }, 'waiting jobs not told of a worker'));
  };
  const failed = (run: number, job: string): void => {
    jobFailed({ advance, clock: systemClock, logger }, run, job).catch((err: unknown) =>
      logger.error({ err, run, job }, 'job given up by the queue, and not ended'),
    );
  };

  const sessions = sessionStore(db);

  return {
    install,
    linkKey,
    store,
    archive,
    live,
    causes,
    blobs,
    finds: createFinds({ store, index, blobs, reported: consumer, clock: systemClock }),
    webhooks: { receive: (delivery) => first(() => github.webhooks.receive(delivery)) },
    relay,
    leases: { lease, renewToken: createRenewToken({ store, tokens: github }) },
    cancel,
    operations,
    enquiries,
    people: github.people,
    repositories: repositoryQueries(db),
    history: runHistory(db),
    feed,
    floor: { workers: () => workersSeen(commands), queues: () => queue.seen() },
    signIn: github.oauth && { oauth: github.oauth, sessions },
    unsentChecks: telling.unsentChecks,
    ping: () => ping(db),
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
      await telling.start();
      await traces.start();
      void tidyFilesDaily({ blobs, index, kept, clock: systemClock, logger }, closing.signal);
      // Also where nobody can sign in any more.
      void tidySessionsDaily({ sessions, clock: systemClock, logger }, closing.signal);
      await archive.start();
      const keptLogs = { keepMs: settings.logs.days * DAY_MS, bytes: settings.logs.bytes };
      void tidyLogsDaily({ archive, store, ...keptLogs, clock: systemClock, logger }, closing.signal);
      const process = unlessReplayed(receive, { isReplay: redisReplays(commands), logger });
      intakeWorker = intakeConsumer(workerConnection, { process, breath, logger });
      scheduler = scheduleWorker(workerConnection, { process: carryOut, logger });
      catchUp.start();
      relay?.start();
    },
    async closeIntake() {
      clearInterval(regular);
      closing.abort();
      await relay?.stop();
      await catchUp.stop();
      await scheduler?.close();
      await intakeWorker?.close();
      await producer.close();
    },
    async close() {
      await consumer.settled();
      await consumer.stop();
      await Promise.race([telling.idle(), systemClock.sleep(LAST_NEWS_MS)]);
      await telling.stop();
      await traces.close();
      await failures?.close();
      await queue.close();
      await schedules.close();
      archive.stop();
      await db.destroy();
    },
  };
}

async function ping(db: Database): Promise<void> {
  await db.selectFrom('settings').select('name').limit(1).execute();
}

/** The registry's credentials, bound to its host. */
function registryAuth(registry: RegistrySettings | undefined): Readonly<Record<string, RegistryAuth>> {
  if (registry?.username === undefined || registry.password === undefined) {
    return {};
  }
  const host = registry.location.split('/', 1)[0] ?? registry.location;
  return { [host]: { username: registry.username, password: registry.password } };
}
