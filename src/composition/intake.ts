import type { Redis } from 'ioredis';
import { intakeConsumer, intakeProducer } from '../adapters/bullmq/intake.js';
import { scheduleQueue, scheduleWorker } from '../adapters/bullmq/schedule.js';
import type { GitHubApp } from '../adapters/github/github-app.js';
import { relayHeard } from '../adapters/redis/relay.js';
import { redisReplays } from '../adapters/redis/signatures.js';
import { type Relay, webhookRelay } from '../adapters/relay/relay.js';
import { repositoryStore } from '../adapters/sql/repositories.js';
import { cyclone } from '../app.js';
import { createCarryOut } from '../handlers/commands/carry-out.js';
import { may } from '../handlers/commands/rights.js';
import type { Live } from '../logs/live.js';
import { type CatchUp, createCatchUp } from '../runs/catch-up.js';
import type { Enquiries, Operations } from '../runs/operations.js';
import type { Logger } from '../runs/ports.js';
import { unlessReplayed } from '../runs/replay.js';
import { createCarryOutSchedule } from '../runs/schedule.js';
import type { GitHubSettings, Settings } from '../settings.js';
import type { Breath } from './breath.js';
import { systemClock } from './clock.js';
import { createLogNotes } from './log-notes.js';
import { composeReceiving } from './receiving.js';
import type { RedisConnections } from './redis.js';
import type { Running } from './running.js';
import type { Stores } from './stores.js';
import type { Telling } from './telling.js';

export interface IntakeDeps {
  readonly settings: Settings & { readonly github: GitHubSettings };
  readonly stores: Stores;
  readonly live: Live;
  readonly redis: RedisConnections;
  readonly commands: Redis;
  readonly github: GitHubApp;
  readonly running: Pick<Running, 'advance' | 'cancel'>;
  readonly telling: Telling;
  readonly breath: Breath['breath'];
  readonly redelivered: (count: number) => void;
  readonly logger: Logger;
}

/** What makes runs: webhooks, schedules, deliveries that were missed, people. */
export interface Intake {
  readonly operations: Operations;
  readonly enquiries: Enquiries;
  /** Undefined: GitHub reaches us by itself. */
  readonly relay: Relay | undefined;
  start(): void;
  /** Takes no more, and finishes what is in hand. */
  close(): Promise<void>;
  /** When runs follow no schedules any more. */
  closeSchedules(): Promise<void>;
}

export async function composeIntake(deps: IntakeDeps): Promise<Intake> {
  const { settings, stores, commands, github, breath, logger } = deps;
  const schedules = scheduleQueue(commands, logger);
  const producer = intakeProducer(await deps.redis.connect('prompt'), logger);
  const { receive, operations, enquiries } = composeReceiving({
    ...deps.running,
    files: github.repositories,
    history: github.history,
    pulls: github.pulls,
    schedules,
    store: stores.store,
    repositories: repositoryStore(stores.db),
    queue: producer,
    notes: createLogNotes({ archive: stores.archive, live: deps.live, now: () => systemClock.now() }),
    mayWrite: async (repository, login) => may(await github.permissions.of(repository, login), 'write'),
    clock: systemClock,
    logger,
    policy: { ...settings, registry: settings.registry?.location },
    commands: (wishes) => createCarryOut({ ...wishes, ...github, replies: deps.telling, logger }),
  });
  await github.probot.load(
    cyclone({
      intake: producer,
      appId: settings.github.appId,
      now: systemClock.now,
      signatureOf: (payload) => github.webhooks.signatureOf(payload),
    }),
  );

  const following = { schedules, history: github.history, logger };
  const carryOut = createCarryOutSchedule({ ...following, intake: producer, clock: systemClock });
  const { missed } = github;
  const catchUp = createCatchUp({ missed, clock: systemClock, logger, redelivered: deps.redelivered });
  const relay = await composeRelay(deps, catchUp);
  const connection = await deps.redis.connect('patient');
  let worker: ReturnType<typeof intakeConsumer> | undefined;
  let scheduler: ReturnType<typeof scheduleWorker> | undefined;

  return {
    operations,
    enquiries,
    relay,
    start() {
      const process = unlessReplayed(receive, { isReplay: redisReplays(commands), logger });
      worker = intakeConsumer(connection, { process, breath, logger });
      scheduler = scheduleWorker(connection, { process: carryOut, logger });
      catchUp.start();
      relay?.start();
    },
    async close() {
      await relay?.stop();
      await catchUp.stop();
      await scheduler?.close();
      await worker?.close();
      await producer.close();
    },
    closeSchedules: () => schedules.close(),
  };
}

async function composeRelay(
  { settings, redis, github, logger }: IntakeDeps,
  catchUp: CatchUp,
): Promise<Relay | undefined> {
  const { webhookProxyUrl: url } = settings.github;
  if (url === undefined) return undefined;
  return webhookRelay({
    url,
    receiver: github.webhooks,
    heard: relayHeard(await redis.connect('prompt')),
    missedSince: (time) => catchUp.blindSince(time),
    clock: systemClock,
    logger,
  });
}
