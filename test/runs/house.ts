import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { diskBlobs } from '../../src/adapters/depot/disk.js';
import { NO_SECRETS } from '../../src/adapters/secrets/file.js';
import { checkStore } from '../../src/adapters/sql/checks.js';
import { type Database, openDatabase } from '../../src/adapters/sql/database.js';
import { depotIndex } from '../../src/adapters/sql/depot-index.js';
import { groupStore } from '../../src/adapters/sql/groups.js';
import { repositoryStore } from '../../src/adapters/sql/repositories.js';
import { runStore } from '../../src/adapters/sql/runs.js';
import { composeReceiving, type ReceivingDeps } from '../../src/composition/receiving.js';
import type { RegistryAuth, Repository, Trigger } from '../../src/pipeline/model.js';
import type { spansSince } from '../../src/pipeline/spans.js';
import { createAdvance } from '../../src/runs/advance.js';
import { createCancel } from '../../src/runs/cancel.js';
import { createConcurrency } from '../../src/runs/concurrency.js';
import { createFinds, createRemember } from '../../src/runs/depot.js';
import type { Comment } from '../../src/runs/incoming.js';
import { createLease, createRenewToken } from '../../src/runs/lease.js';
import { createPlacement } from '../../src/runs/placement.js';
import type { IntakeEvent, RunRecord, SecretStore } from '../../src/runs/ports.js';
import { jobFailed, reconcile } from '../../src/runs/reconcile.js';
import { push } from '../pipeline/examples.js';
import {
  Files,
  History,
  Log,
  Mailbox,
  Messages,
  Notes,
  Pulls,
  Queue,
  Stream,
  Timetable,
  Workers,
} from './edges.js';

export const repository: Repository = {
  id: 7,
  owner: 'acme',
  name: 'hello',
  private: false,
  cloneUrl: 'https://github.example/acme/hello.git',
  htmlUrl: 'https://github.example/acme/hello',
  defaultBranch: 'main',
  installationId: 3,
};

export const TWO_STAGES = `pre_build:
  image: busybox
  commands: ["true"]
integration:
  image: busybox
  commands: ["true"]
`;

export function delivery(trigger: Partial<Trigger> = {}, id = 'd1'): IntakeEvent {
  return { delivery: id, repository, trigger: push(trigger) };
}

export interface HouseOptions {
  readonly policy?: Partial<ReceivingDeps['policy']>;
  readonly registries?: Readonly<Record<string, RegistryAuth>>;
  readonly secrets?: SecretStore;
}

/** What outlives a process: its database, and what is in Redis and on GitHub. */
export interface Ground {
  readonly directory: string;
  readonly queue: Queue;
  readonly stream: Stream;
  readonly files: Files;
  readonly history: History;
  readonly pulls: Pulls;
  /** Who may write. */
  readonly writers: Set<string>;
  readonly timetable: Timetable;
  readonly workers: Workers;
  clear(): Promise<void>;
}

export async function newGround(files: Readonly<Record<string, string>> = {}): Promise<Ground> {
  const directory = await mkdtemp(path.join(tmpdir(), 'cyclone-runs-'));
  const ground = {
    directory,
    queue: new Queue(),
    stream: new Stream(),
    files: new Files(),
    history: new History(),
    pulls: new Pulls(),
    writers: new Set(['alice']),
    timetable: new Timetable(),
    workers: new Workers(),
  };
  for (const [name, text] of Object.entries(files)) ground.files.files.set(name, text);
  return { ...ground, clear: () => rm(directory, { recursive: true }) };
}

/** The use-cases on real stores, wired as a server process wires them. */
export type House = Awaited<ReturnType<typeof openHouse>>;

export async function openHouse(ground: Ground, options: HouseOptions = {}) {
  const { queue, stream, files, history, pulls, timetable } = ground;
  const db: Database = await openDatabase(path.join(ground.directory, 'cyclone.db'));
  const store = runStore(db);
  const checks = checkStore(db);
  const logger = new Log();
  const messages = new Messages();
  const changed: number[] = [];
  const completed: string[] = [];
  const spent: ReturnType<typeof spansSince>[] = [];
  let time = 1000;
  const clock = { now: () => (time += 1) };
  const index = depotIndex(db);
  const blobs = diskBlobs(path.join(ground.directory, 'artifacts'), { now: clock.now });
  const tell = (run: number): void => void changed.push(run);
  const concurrency = createConcurrency({ groups: groupStore(db), store, clock, changed: tell });
  const placement = createPlacement({ presence: ground.workers, queue, store, clock, changed: tell });
  const advance = createAdvance({
    store,
    queue,
    concurrency,
    placement,
    remember: createRemember({ index }),
    clock,
    logger,
    changed: tell,
    completed: (conclusion) => void completed.push(conclusion),
    spent: (spans) => void spent.push(spans),
  });
  stream.apply = (events) => advance.reported(events);
  const cancel = createCancel({ advance, cancellations: messages, clock, logger });
  const mailbox = new Mailbox();
  const notes = new Notes();
  const comments: Comment[] = [];
  const receiving = composeReceiving({
    files,
    history,
    pulls,
    schedules: timetable,
    store,
    repositories: repositoryStore(db),
    queue: mailbox,
    advance,
    cancel,
    notes,
    mayWrite: (_, login) => Promise.resolve(ground.writers.has(login)),
    clock,
    logger,
    policy: {
      trustedRepositories: [],
      registry: 'registry.example',
      supersede: true,
      drafts: true,
      forkApproval: 'always',
      ...options.policy,
    },
    commands: () => (comment) => Promise.resolve(void comments.push(comment)),
  });
  return {
    ...receiving,
    mailbox,
    notes,
    /** That were handed to who reads commands. */
    comments,
    store,
    checks,
    logger,
    messages,
    index,
    blobs,
    finds: createFinds({ store, index, blobs, reported: stream, clock }),
    /** Runs of which a listener was told, in order. */
    changed,
    /** Conclusions that were counted. */
    completed,
    spent,
    advance,
    concurrency,
    placement,
    intake: (event: IntakeEvent) => receiving.receive({ kind: 'commit', ...event }),
    renewToken: createRenewToken({ store, tokens: files }),
    lease: createLease({
      store,
      advance,
      concurrency,
      fences: stream,
      reported: stream,
      tokens: files,
      secrets: options.secrets ?? NO_SECRETS,
      clock,
      logger,
      registries: options.registries ?? {},
      runUrl: (run) => `https://cyclone.example/runs/${String(run)}`,
    }),
    cancel,
    reconcile: () =>
      reconcile({
        store,
        queue,
        advance,
        concurrency,
        reported: stream,
        clock,
        logger,
        breath: () => Promise.resolve(),
      }),
    jobFailed: (run: number, job: string) => jobFailed({ advance, clock, logger }, run, job),
    /** The run, which must be there. */
    async run(id = 1): Promise<RunRecord> {
      const record = await store.load(id);
      if (record === undefined) throw new Error(`there is no run ${String(id)}`);
      return record;
    },
    close: () => db.destroy(),
  };
}
