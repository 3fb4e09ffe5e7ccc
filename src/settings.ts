import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import { type GitHubSettings, readGitHub } from './settings/github.js';
import {
  address,
  duration,
  NEW_SECRET,
  oneOf,
  type Problems,
  say,
  size,
  sizeOrOff,
  text,
  wholeNumber,
} from './settings/kinds.js';
import { type LogSettings, readLogs } from './settings/logs.js';
import { readTelemetry, type TraceSettings } from './settings/telemetry.js';

export type { GitHubSettings } from './settings/github.js';
export type { LogSettings } from './settings/logs.js';
export type { TraceSettings } from './settings/telemetry.js';

/** The only reader of the environment. Everything else gets what it needs as arguments. */
export interface Settings {
  readonly role: 'all' | 'server' | 'worker';
  readonly host: string;
  readonly port: number;
  readonly webhookPath: string;
  readonly publicUrl: string;
  readonly logLevel: string;
  /** Absolute. */
  readonly dataDir: string;
  /** Undefined: an own Redis. */
  readonly redisUrl: string | undefined;
  /** Undefined: SQLite in the data directory. */
  readonly databaseUrl: string | undefined;
  readonly dockerHost: string | undefined;
  /** Undefined for a pure worker. */
  readonly github: GitHubSettings | undefined;
  readonly registry: RegistrySettings | undefined;
  readonly trustedRepositories: readonly string[];
  /** Whether a newer commit ends the runs of older ones. */
  readonly supersede: boolean;
  /** Whether pull requests run that are drafts. */
  readonly drafts: boolean;
  /** Whose pull requests from forks wait for a person: everybody's, newcomers', outsiders'. */
  readonly forkApproval: 'always' | 'first-time' | 'outside';
  /** When a pull request gets its comment. */
  readonly comment: 'always' | 'on-failure' | 'never';
  /** Absolute. Undefined: there are no secrets. */
  readonly secretsFile: string | undefined;
  /** What stages leave to later ones: how long unused, and how much of it. */
  readonly files: { readonly days: number; readonly bytes: number };
  readonly logs: LogSettings;
  /** Undefined: nobody is told where the time of runs goes. */
  readonly traces: TraceSettings | undefined;
  /** Of repositories on a worker: how long unused, and how much of it. */
  readonly mirrors: { readonly days: number; readonly bytes: number };
  /** What the worker's engine keeps of images that came by it, and of builds' layers; undefined: whatever comes. */
  readonly images: { readonly bytes: number | undefined };
  /** Globs `owner/repo` of which a worker has no more history than jobs ask for. */
  readonly shallowRepositories: readonly string[];
  /** How a private repository's pages open: by a link that is signed for its run, or only for people who signed in. */
  readonly privatePages: 'signed-link' | 'sign-in';
  /** Proxies in front of the server, whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: number;
  /** Jobs at once per worker. */
  readonly concurrency: number;
  /** What a worker is, beside its engine's system and architecture: jobs ask for it. */
  readonly labels: readonly string[];
  readonly drainSeconds: number;
  /** How long what a finished job left stays for re-runs; 0: not at all. */
  readonly keepSeconds: number;
  /** Jobs to come that a worker has containers waiting for. */
  readonly pool: number;
  /** Networks that a worker has ready for jobs to come, each with a namespace that their stages share. */
  readonly sandboxes: number;
  readonly workerSecret: string | undefined;
  readonly serverUrl: string | undefined;
}

export interface RegistrySettings {
  /** `host[:port][/path]` */
  readonly location: string;
  readonly username: string | undefined;
  readonly password: string | undefined;
}

/** What is wrong with the settings, all of it, each with what to do. */
export class InvalidSettings extends Error {
  override readonly name = 'InvalidSettings';
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

type GivenEnvironment = Readonly<Record<string, string | undefined>>;

const ENVIRONMENT = z.object({
  CYCLONE_ROLE: oneOf('all', 'server', 'worker').default('all'),
  APP_ID: wholeNumber(1, Number.MAX_SAFE_INTEGER).optional(),
  PRIVATE_KEY: text,
  PRIVATE_KEY_PATH: text,
  WEBHOOK_SECRET: text,
  GHE_HOST: text,
  GHE_PROTOCOL: oneOf('http', 'https').default('https'),
  WEBHOOK_PROXY_URL: address.optional(),
  PORT: wholeNumber(0, 65_535).default(3000),
  HOST: z.string().default('0.0.0.0'),
  WEBHOOK_PATH: z
    .string()
    .startsWith('/', 'is not a path that begins with /')
    .default('/api/github/webhooks'),
  LOG_LEVEL: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent').default('info'),
  REDIS_URL: text,
  DATABASE_URL: text,
  DOCKER_HOST: text,
  CYCLONE_DATA_DIR: z.string().default('./data'),
  CYCLONE_PUBLIC_URL: address.optional(),
  CYCLONE_CONCURRENCY: wholeNumber(1, 1000).default(availableParallelism()),
  CYCLONE_LABELS: z
    .string()
    .regex(
      /^[\s,]*(?:[A-Za-z0-9._-]{1,50}(?:[\s,]+|$))*$/,
      'is not a list of labels, as gpu,large: letters, digits, ".", "_", "-"',
    )
    .default(''),
  // It travels in a header, and whoever guesses it gets the lease of any open job.
  CYCLONE_WORKER_SECRET: z
    .string()
    .regex(/^[!-~]{16,}$/, `is not 16 or more printable characters without a space: ${NEW_SECRET}`)
    .optional(),
  CYCLONE_SERVER_URL: address.optional(),
  CYCLONE_TRUSTED_REPOS: z.string().default(''),
  CYCLONE_SUPERSEDE: oneOf('true', 'false').default('true'),
  CYCLONE_DRAFTS: oneOf('true', 'false').default('true'),
  CYCLONE_FORK_APPROVAL: oneOf('always', 'first-time', 'outside').default('always'),
  CYCLONE_COMMENT: oneOf('always', 'on-failure', 'never').default('on-failure'),
  CYCLONE_SECRETS_FILE: text,
  CYCLONE_FILES_DAYS: wholeNumber(1, 3650).default(30),
  CYCLONE_FILES_SIZE: size.default(20 * 1024 ** 3),
  CYCLONE_MIRRORS_DAYS: wholeNumber(1, 3650).default(30),
  CYCLONE_MIRRORS_SIZE: size.default(50 * 1024 ** 3),
  CYCLONE_IMAGES_SIZE: sizeOrOff.default(20 * 1024 ** 3),
  CYCLONE_SHALLOW_REPOS: z.string().default(''),
  CYCLONE_LOGS_DAYS: wholeNumber(1, 36_500).default(90),
  CYCLONE_LOGS_SIZE: size.default(50 * 1024 ** 3),
  CYCLONE_LOGS_STORE: z
    .string()
    .regex(
      /^s3:\/\/[a-z0-9][a-z0-9.-]{1,62}(?:\/[A-Za-z0-9._/-]*)?$/,
      'is not an address such as s3://bucket/cyclone',
    )
    .optional(),
  CYCLONE_S3_ENDPOINT: address.optional(),
  AWS_REGION: z.string().default('us-east-1'),
  AWS_ACCESS_KEY_ID: text,
  AWS_SECRET_ACCESS_KEY: text,
  OTEL_SDK_DISABLED: oneOf('true', 'false').default('false'),
  OTEL_TRACES_EXPORTER: oneOf('otlp', 'none').default('otlp'),
  OTEL_EXPORTER_OTLP_ENDPOINT: address.optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: address.optional(),
  OTEL_EXPORTER_OTLP_HEADERS: text,
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: text,
  OTEL_EXPORTER_OTLP_PROTOCOL: text,
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: text,
  OTEL_EXPORTER_OTLP_COMPRESSION: oneOf('gzip', 'none').optional(),
  OTEL_EXPORTER_OTLP_TRACES_COMPRESSION: oneOf('gzip', 'none').optional(),
  OTEL_EXPORTER_OTLP_TIMEOUT: wholeNumber(1, 600_000).default(10_000),
  OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: wholeNumber(1, 600_000).optional(),
  OTEL_RESOURCE_ATTRIBUTES: text,
  OTEL_SERVICE_NAME: text,
  CYCLONE_PRIVATE_PAGES: oneOf('signed-link', 'sign-in').default('signed-link'),
  CYCLONE_TRUSTED_PROXIES: wholeNumber(0, 10).default(0),
  GITHUB_CLIENT_ID: text,
  GITHUB_CLIENT_SECRET: text,
  CYCLONE_DRAIN: z.coerce
    .number('is not a number of seconds')
    .min(0, 'is not a number of seconds')
    .default(25),
  CYCLONE_KEEP: duration.default(24 * 3600),
  CYCLONE_POOL: wholeNumber(0, 100).default(0),
  CYCLONE_SANDBOXES: wholeNumber(0, 100).default(2),
  REGISTRY_LOCATION: text,
  REGISTRY_USERNAME: text,
  REGISTRY_PASSWORD: text,
});
type Environment = z.infer<typeof ENVIRONMENT>;

/** @throws InvalidSettings naming every problem at once */
export function readSettings(
  overrides: { readonly role?: Settings['role'] } = {},
  env: GivenEnvironment = process.env,
): Settings {
  const problems: Problems = new Map();
  const values = readValues(
    { ...env, ...(overrides.role === undefined ? {} : { CYCLONE_ROLE: overrides.role }) },
    problems,
  );
  // With a role that is none, nobody knows what else it needs.
  const role = problems.has('CYCLONE_ROLE') ? undefined : values.CYCLONE_ROLE;
  const github = role === 'all' || role === 'server' ? readGitHub(values, problems) : undefined;
  if (role === 'worker') {
    checkWorker(values, problems);
  }
  checkRegistry(values, problems);
  const logs = readLogs(values, problems);
  const traces = readTelemetry(values, problems);
  if (values.CYCLONE_PRIVATE_PAGES === 'sign-in' && github !== undefined && github.oauth === undefined) {
    say(
      problems,
      'GITHUB_CLIENT_ID',
      'is not set: with CYCLONE_PRIVATE_PAGES=sign-in people must be able to sign in',
    );
  }
  if (problems.size > 0) {
    throw new InvalidSettings([...problems].map(([name, words]) => `${name} ${words}`));
  }
  return Object.freeze({
    role: values.CYCLONE_ROLE,
    host: values.HOST,
    port: values.PORT,
    webhookPath: values.WEBHOOK_PATH,
    publicUrl: (values.CYCLONE_PUBLIC_URL ?? `http://localhost:${String(values.PORT)}`).replace(/\/+$/, ''),
    logLevel: values.LOG_LEVEL,
    dataDir: path.resolve(values.CYCLONE_DATA_DIR),
    redisUrl: values.REDIS_URL,
    databaseUrl: values.DATABASE_URL,
    dockerHost: values.DOCKER_HOST,
    github,
    registry: readRegistry(values),
    trustedRepositories: listOf(values.CYCLONE_TRUSTED_REPOS),
    supersede: values.CYCLONE_SUPERSEDE === 'true',
    drafts: values.CYCLONE_DRAFTS === 'true',
    forkApproval: values.CYCLONE_FORK_APPROVAL,
    comment: values.CYCLONE_COMMENT,
    secretsFile: values.CYCLONE_SECRETS_FILE && path.resolve(values.CYCLONE_SECRETS_FILE),
    files: { days: values.CYCLONE_FILES_DAYS, bytes: values.CYCLONE_FILES_SIZE },
    logs,
    traces,
    mirrors: { days: values.CYCLONE_MIRRORS_DAYS, bytes: values.CYCLONE_MIRRORS_SIZE },
    images: { bytes: values.CYCLONE_IMAGES_SIZE ?? undefined },
    shallowRepositories: listOf(values.CYCLONE_SHALLOW_REPOS),
    privatePages: values.CYCLONE_PRIVATE_PAGES,
    trustedProxies: values.CYCLONE_TRUSTED_PROXIES,
    concurrency: values.CYCLONE_CONCURRENCY,
    labels: listOf(values.CYCLONE_LABELS),
    drainSeconds: values.CYCLONE_DRAIN,
    keepSeconds: values.CYCLONE_KEEP,
    pool: values.CYCLONE_POOL,
    sandboxes: values.CYCLONE_SANDBOXES,
    workerSecret: values.CYCLONE_WORKER_SECRET,
    serverUrl: values.CYCLONE_SERVER_URL?.replace(/\/+$/, ''),
  });
}

/** What `cyclone register` asks before there is an app. */
export interface RegisterSettings {
  /** Absolute. */
  readonly dataDir: string;
  /** Without a slash at its end. Undefined: not said. */
  readonly publicUrl: string | undefined;
  readonly webhookPath: string;
  readonly webhookProxyUrl: string | undefined;
  /** Undefined: github.com. */
  readonly githubUrl: string | undefined;
}

/** @throws InvalidSettings naming every problem at once */
export function readRegisterSettings(env: GivenEnvironment = process.env): RegisterSettings {
  const problems: Problems = new Map();
  const values = readValues(env, problems);
  if (problems.size > 0) {
    throw new InvalidSettings([...problems].map(([name, words]) => `${name} ${words}`));
  }
  return {
    dataDir: path.resolve(values.CYCLONE_DATA_DIR),
    publicUrl: values.CYCLONE_PUBLIC_URL?.replace(/\/+$/, ''),
    webhookPath: values.WEBHOOK_PATH,
    webhookProxyUrl: values.WEBHOOK_PROXY_URL,
    githubUrl: values.GHE_HOST && `${values.GHE_PROTOCOL}://${values.GHE_HOST}`,
  };
}

/**
 * The environment, and what it does not set as a file says: the one that is named, or `.env` in the working
 * directory and then `.env` in the data directory, as far as they are there.
 * @throws InvalidSettings when a file is there, or was named, and cannot be read
 */
export function readEnvironment(envFile?: string, env: GivenEnvironment = process.env): GivenEnvironment {
  // Set to nothing is not set.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim()));
  if (envFile !== undefined) {
    return { ...readEnvFile(envFile, true), ...given };
  }
  const here = { ...readEnvFile('.env', false), ...given };
  const dataDir = here['CYCLONE_DATA_DIR'] ?? ENVIRONMENT.shape.CYCLONE_DATA_DIR.parse(undefined);
  return { ...readEnvFile(path.join(dataDir, '.env'), false), ...here };
}

function readEnvFile(file: string, isNamed: boolean): GivenEnvironment {
  try {
    return parseEnv(readFileSync(file, 'utf8'));
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && !isNamed) {
      return {};
    }
    throw new InvalidSettings([`${file} cannot be read (${code})`]);
  }
}

function listOf(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter(Boolean);
}

/** Values of the wrong form are named and then left out, so that what else is wrong is found as well. */
function readValues(env: GivenEnvironment, problems: Problems): Environment {
  // An empty value in an .env file or a compose file means "not set".
  const given = Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== '');
  const parsed = ENVIRONMENT.safeParse(Object.fromEntries(given));
  if (parsed.success) {
    return parsed.data;
  }
  for (const { path: at, message } of parsed.error.issues) {
    say(problems, String(at[0]), message);
  }
  return ENVIRONMENT.parse(Object.fromEntries(given.filter(([name]) => !problems.has(name))));
}

function readRegistry(values: Environment): RegistrySettings | undefined {
  return values.REGISTRY_LOCATION === undefined
    ? undefined
    : {
        location: values.REGISTRY_LOCATION.replace(/^https?:\/\//, '').replace(/\/+$/, ''),
        username: values.REGISTRY_USERNAME,
        password: values.REGISTRY_PASSWORD,
      };
}

function checkRegistry(values: Environment, problems: Problems): void {
  const { REGISTRY_USERNAME: username, REGISTRY_PASSWORD: password } = values;
  if ((username === undefined) !== (password === undefined)) {
    const missing = username === undefined ? 'REGISTRY_USERNAME' : 'REGISTRY_PASSWORD';
    say(problems, missing, 'is not set: a registry takes both a name and a password, or neither');
  }
}

function checkWorker(values: Environment, problems: Problems): void {
  if (values.REDIS_URL === undefined) {
    say(problems, 'REDIS_URL', 'is not set: a worker apart from its server needs the address of their Redis');
  }
  if (values.CYCLONE_SERVER_URL === undefined) {
    say(
      problems,
      'CYCLONE_SERVER_URL',
      'is not set: the address of the server, as https://cyclone.example.com',
    );
  }
  if (values.CYCLONE_WORKER_SECRET === undefined) {
    say(problems, 'CYCLONE_WORKER_SECRET', 'is not set: the same value as on the server');
  }
}

/** What git needs of the machine: where programs are, and how the network is reached. */
const GIT_VARIABLES =
  /^(?:PATH|HOME|(?:https?|all|no)_proxy|(?:HTTPS?|ALL|NO)_PROXY|GIT_SSL_\w+|SSL_CERT_(?:FILE|DIR))$/;

export function gitEnvironment(env: GivenEnvironment = process.env): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && GIT_VARIABLES.test(entry[0]),
    ),
  );
}
