import { type GitHubApp, githubApp } from '../adapters/github/github-app.js';
import type { TimeObserver } from '../adapters/metrics/time-spent.js';
import { publishInstall } from '../adapters/redis/install.js';
import type { Relay } from '../adapters/relay/relay.js';
import { NO_SECRETS, secretFile } from '../adapters/secrets/file.js';
import { runHistory } from '../adapters/sql/history.js';
import { repositoryQueries } from '../adapters/sql/repositories.js';
import { createLive, type Live } from '../logs/live.js';
import type { LogArchive } from '../logs/ports.js';
import type { CancelRun } from '../runs/cancel.js';
import type { Finds } from '../runs/depot.js';
import { createFeed, type Feed, WORKERS } from '../runs/feed.js';
import type { GrantLease, RenewToken } from '../runs/lease.js';
import type { Enquiries, Operations } from '../runs/operations.js';
import type { BlobStore, Logger, RunStore, TraceCounts, TrafficObserver } from '../runs/ports.js';
import type { GitHubSettings, Settings } from '../settings.js';
import { createLinks } from '../web/links.js';
import type { Causes, Floor, RepositoryQueries, RunHistory, SignIn, WebhookReceiver } from '../web/ports.js';
import { createBreath } from './breath.js';
import { composeCauses } from './causes.js';
import { systemClock } from './clock.js';
import type { DataDir } from './data-dir.js';
import { composeIntake } from './intake.js';
import { createLogEnds } from './log-ends.js';
import type { RedisConnections } from './redis.js';
import { composeRunning } from './running.js';
import { openStores } from './stores.js';
import { composeTelling } from './telling.js';
import { composeTraces } from './traces.js';

/** How long GitHub may take to hear the last news before the process ends; the rest is sent at the next start. */
const LAST_NEWS_MS = 3000;

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
  const { settings, redis, logger } = deps;
  const secrets = settings.secretsFile === undefined ? NO_SECRETS : await secretFile(settings.secretsFile);
  const stores = await openStores(settings, deps.dataDir, logger);
  const { db, install, store, archive, blobs } = stores;
  const linkKey = settings.privatePages === 'signed-link' ? stores.signingKey : undefined;
  const links = createLinks(settings.publicUrl, linkKey);
  const github = openGitHub(deps);
  const live = createLive();
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
  const feed = createFeed();
  const changed = (run: number): void => {
    telling.changed(run);
    endLogs(run);
    traces.changed(run);
    feed.changed(run);
  };

  const commands = await redis.connect('patient');
  await publishInstall(commands, install);
  const common = { settings, stores, live, redis, commands, github, breath, logger };
  const running = await composeRunning({
    ...common,
    secrets,
    links,
    changed,
    workersChanged: () => feed.changed(WORKERS),
    completed: deps.completed,
    spent: deps.times.spent,
  });
  const intake = await composeIntake({ ...common, running, telling, redelivered: deps.redelivered });
  const { operations, enquiries, relay } = intake;
  const closing = new AbortController();

  return {
    install,
    linkKey,
    store,
    archive,
    live,
    causes,
    blobs,
    finds: running.finds,
    webhooks: { receive: (delivery) => first(() => github.webhooks.receive(delivery)) },
    relay,
    leases: running.leases,
    cancel: running.cancel,
    operations,
    enquiries,
    people: github.people,
    repositories: repositoryQueries(db),
    history: runHistory(db),
    feed,
    floor: running.floor,
    signIn: github.oauth && { oauth: github.oauth, sessions: stores.sessions },
    unsentChecks: telling.unsentChecks,
    ping: () => stores.ping(),
    async start() {
      await running.start();
      await telling.start();
      await traces.start();
      await stores.start(closing.signal);
      intake.start();
    },
    async closeIntake() {
      running.rest();
      closing.abort();
      await intake.close();
    },
    async close() {
      await running.settle();
      await Promise.race([telling.idle(), systemClock.sleep(LAST_NEWS_MS)]);
      await telling.stop();
      await traces.close();
      await running.close();
      await intake.closeSchedules();
      await stores.close();
    },
  };
}

function openGitHub({ settings, logger, traffic }: ServerDeps): GitHubApp {
  const { appId, privateKey, apiUrl, oauth, webhookSecret } = settings.github;
  return githubApp({
    appId,
    privateKey,
    baseUrl: apiUrl,
    oauth,
    webhookSecret,
    webhookPath: settings.webhookPath,
    logger,
    traffic,
  });
}
