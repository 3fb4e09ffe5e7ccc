import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { moveBranch } from './branches.js';
import { createChanges } from './changes.js';
import { checkRunsOf } from './checks.js';
import { type Checks, createChecks } from './drive/checks.js';
import { type Comments, createComments, createIssues, type Issues } from './drive/comments.js';
import { createInstallations, type Installations } from './drive/installations.js';
import { createPeople, DEFAULT_USER, type People } from './drive/people.js';
import { createPulls, type Pulls } from './drive/pulls.js';
import { createPush, type Push } from './drive/push.js';
import { createQueue, type Queue } from './drive/queue.js';
import { createRepositorySettings, type RepositorySettings } from './drive/repositories.js';
import { createFaults, type Faults } from './faults.js';
import { createApi } from './http/api.js';
import { createListener } from './http/listener.js';
import { createRateLimit, type RateLimit } from './http/rate-limit.js';
import { checkManifest, readManifest } from './manifest.js';
import { createPushes } from './pushes.js';
import { createRepositories, type NewRepository } from './repositories.js';
import { createRequests, type RequestFilter, type SeenRequest } from './requests.js';
import { routes } from './rest/routes.js';
import { createValidators } from './schema/validators.js';
import type { CheckRun, Installation, Permissions, Repository, RepositoryName } from './state/model.js';
import { createIds, createState, newAccount, repositoryOf } from './state/state.js';
import { createUrls } from './urls.js';
import { createViolations, type Violation } from './violations.js';
import { createDeliveries, type Deliveries } from './webhooks/deliveries.js';
import type { World, WorldSettings } from './world.js';

export interface GitHubOptions {
  /** Default 0: any free one. */
  readonly port?: number;
  /** Address to listen on and to be called by. Default 127.0.0.1. */
  readonly host?: string;
  /** For bare repositories. Default: a temporary directory that {@link FakeGitHub.close} removes. */
  readonly dataDir?: string;
  readonly appId?: number;
  /** PEM; generated when not given. */
  readonly privateKey?: string;
  readonly webhookSecret?: string;
  readonly webhookUrl?: string;
  /** Of the App. Default: what app.yml asks for. */
  readonly permissions?: Permissions;
  /** That the App subscribes to. Default: those of app.yml. */
  readonly events?: readonly string[];
  /** Requests an hour; default 5000. */
  readonly rateLimit?: number;
  /** Milliseconds since the epoch; default the clock's. */
  readonly now?: () => number;
}

export interface FakeGitHub {
  readonly url: string;
  readonly apiUrl: string;
  readonly port: number;
  readonly appId: number;
  /** PEM. */
  readonly privateKey: string;
  readonly webhookSecret: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly deliveries: Deliveries;
  readonly faults: Faults;
  readonly rateLimit: RateLimit;
  /** What reached this GitHub, git and refused ones included. */
  requests(filter?: RequestFilter): readonly SeenRequest[];
  readonly settings: WorldSettings;
  /** Live. */
  readonly violations: readonly Violation[];
  /** Forgets the violations seen so far. */
  forgive(): void;
  /** @throws Error that lists the violations when there are any */
  expectClean(): void;
  /** The App's installation on the owner of the first repository. @throws Error before that */
  readonly installation: Installation;
  installationOf(repository: RepositoryName): Installation;
  createRepository(repository: NewRepository): Promise<Repository>;
  /** A person's copy of a repository, without the App. */
  fork(repository: RepositoryName, login: string): Promise<Repository>;
  repository(name: RepositoryName): Repository;
  /** Sends webhooks there from now on; those of before are lost, as on GitHub. */
  webhooksTo(url: string): void;
  /** The one address to which people are sent back who sign in. */
  callbacksTo(url: string): void;
  readonly people: People;
  readonly pulls: Pulls;
  readonly issues: Issues;
  readonly comments: Comments;
  readonly checks: Checks;
  readonly queue: Queue;
  readonly installations: Installations;
  /** What owners do with repositories. */
  readonly repositories: RepositorySettings;
  readonly push: Push;
  /** As a push that deletes it. `by` is a login. */
  removeBranch(repository: RepositoryName, branch: string, by?: string): Promise<void>;
  /** A clone URL with a person's password in it. Default: of `octocat`. */
  pushUrl(repository: RepositoryName, login?: string): string;
  /** Oldest first, with all the states that each was given. */
  checkRuns(repository: RepositoryName, sha?: string): CheckRun[];
  /** Resolves with the first truthy answer, asked after every change here. @throws Error after 30 s */
  waitFor<T>(look: () => T, options?: { what?: string; timeoutMs?: number }): Promise<NonNullable<T>>;
  close(): Promise<void>;
}

/** Starts a GitHub of its own on a loopback port: REST under `/api/v3`, git over HTTP, webhooks. */
export async function startGitHub(options: GitHubOptions = {}): Promise<FakeGitHub> {
  const asked = { ...readManifest(), ...options };
  checkManifest(asked);
  const now = options.now ?? Date.now;
  const host = options.host ?? '127.0.0.1';
  const privateKey = options.privateKey ?? newPrivateKey();
  const webhookSecret = options.webhookSecret ?? 'a secret between GitHub and the App';
  const temporary = options.dataDir === undefined ? await mkdtemp(join(tmpdir(), 'github-')) : undefined;
  const dataDir = options.dataDir ?? temporary ?? '';
  await mkdir(dataDir, { recursive: true });

  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;

  const ids = createIds();
  const appId = options.appId ?? 1234;
  const app = {
    id: appId,
    slug: 'cyclone',
    bot: newAccount(ids, 'cyclone[bot]', 'Bot'),
    clientId: `Iv23li${String(appId).padStart(14, '0')}`,
    clientSecret: 'a secret between GitHub and who signs people in',
    callbackUrls: [] as readonly string[],
    owner: newAccount(ids, 'cyclone-maker', 'User'),
    publicKey: createPublicKey(privateKey),
    privateKey,
    webhookSecret,
    name: 'cyclone',
    permissions: asked.permissions,
    events: asked.events,
    createdAt: now(),
  };
  const changes = createChanges();
  const violations = createViolations();
  const faults = createFaults();
  const deliveries = createDeliveries({
    secret: webhookSecret,
    appId,
    hookId: ids.next(),
    ids,
    changes,
    now,
  });
  const world: World = {
    state: createState(app, ids),
    urls: createUrls(`http://${host}:${port}`),
    validators: createValidators(),
    violations,
    changes,
    deliveries,
    requests: createRequests(() => changes.announce()),
    rateLimit: createRateLimit(options.rateLimit ?? 5000, now),
    settings: { tokenLifeMs: 3_600_000, checkSuites: true, userTokenLifeMs: 8 * 3_600_000 },
    now,
  };
  const pushes = createPushes(world);
  server.on('request', createListener({ world, faults, api: createApi(world, routes), pushes }));
  if (options.webhookUrl !== undefined) deliveries.to(options.webhookUrl);

  const repositories = createRepositories(world, dataDir);
  const people = createPeople(world);
  const push = createPush(world, pushes);
  return {
    url: world.urls.web,
    apiUrl: world.urls.api,
    port,
    appId,
    privateKey,
    webhookSecret,
    clientId: app.clientId,
    clientSecret: app.clientSecret,
    deliveries,
    faults,
    rateLimit: world.rateLimit,
    requests: (filter) => world.requests.all(filter),
    settings: world.settings,
    violations: violations.all(),
    forgive: () => violations.clear(),
    expectClean: () => violations.expectClean(),
    get installation() {
      const [first] = world.state.installations.values();
      if (first === undefined) throw new Error('the App is not installed: create a repository first');
      return first;
    },
    installationOf: (name) => repositories.installationOf(name),
    fork: (name, login) => repositories.fork(name, login),
    createRepository: (repository) => repositories.create(repository),
    repository: (name) => repositoryOf(world.state, name),
    people,
    pulls: createPulls(world, { push, pushes, repositories }),
    issues: createIssues(world),
    comments: createComments(world),
    checks: createChecks(world),
    queue: createQueue(world, pushes),
    installations: createInstallations(world),
    repositories: createRepositorySettings(world),
    push,
    removeBranch: (name, branch, by = DEFAULT_USER) => {
      const repository = repositoryOf(world.state, name);
      return moveBranch(pushes, { repository, by: people.user(by) }, branch, undefined);
    },
    pushUrl: (name, login = DEFAULT_USER) => {
      const url = new URL(`${world.urls.web}/${repositoryOf(world.state, name).fullName}.git`);
      url.username = login;
      url.password = people.user(login).token;
      return url.href;
    },
    webhooksTo: (url) => deliveries.to(url),
    callbacksTo: (url) => {
      world.state.app.callbackUrls = [url];
    },
    checkRuns: (name, sha) => checkRunsOf(world, repositoryOf(world.state, name), sha),
    waitFor: (look, { what = String(look), timeoutMs = 30_000 } = {}) =>
      changes.until(look, { what, timeoutMs }),
    close: async () => {
      changes.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await Promise.all([closed, deliveries.close()]);
      if (temporary !== undefined) await rm(temporary, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

function newPrivateKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' }))
    .export({ type: 'pkcs1', format: 'pem' })
    .toString();
}
