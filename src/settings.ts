import { readFileSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { z } from 'zod';

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
  /** Jobs at once per worker. */
  readonly concurrency: number;
  readonly drainSeconds: number;
  readonly workerSecret: string | undefined;
  readonly serverUrl: string | undefined;
}

export interface GitHubSettings {
  readonly appId: number;
  readonly privateKey: string;
  readonly webhookSecret: string;
  /** Undefined: github.com. */
  readonly apiUrl: string | undefined;
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

const text = z.string().trim().min(1).optional();
const ENVIRONMENT = z.object({
  CYCLONE_ROLE: z.enum(['all', 'server', 'worker']).default('all'),
  APP_ID: z.coerce.number().int().positive().optional(),
  PRIVATE_KEY: text,
  PRIVATE_KEY_PATH: text,
  WEBHOOK_SECRET: text,
  GHE_HOST: text,
  GHE_PROTOCOL: z.enum(['http', 'https']).default('https'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  HOST: z.string().default('0.0.0.0'),
  WEBHOOK_PATH: z.string().startsWith('/').default('/api/github/webhooks'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  REDIS_URL: text,
  DATABASE_URL: text,
  DOCKER_HOST: text,
  CYCLONE_DATA_DIR: z.string().default('./data'),
  CYCLONE_PUBLIC_URL: z.url().optional(),
  CYCLONE_CONCURRENCY: z.coerce.number().int().min(1).default(availableParallelism()),
  CYCLONE_WORKER_SECRET: text,
  CYCLONE_SERVER_URL: z.url().optional(),
  CYCLONE_TRUSTED_REPOS: z.string().default(''),
  CYCLONE_DRAIN: z.coerce.number().min(0).default(25),
  REGISTRY_LOCATION: text,
  REGISTRY_USERNAME: text,
  REGISTRY_PASSWORD: text,
});
type Environment = z.infer<typeof ENVIRONMENT>;

/** @throws InvalidSettings naming every problem at once */
export function readSettings(
  overrides: { readonly role?: Settings['role'] } = {},
  env: Readonly<Record<string, string | undefined>> = process.env,
): Settings {
  // An empty value in an .env file or a compose file means "not set".
  const given = {
    ...Object.fromEntries(Object.entries(env).filter(([, value]) => value !== '')),
    ...(overrides.role === undefined ? {} : { CYCLONE_ROLE: overrides.role }),
  };
  const parsed = ENVIRONMENT.safeParse(given);
  if (!parsed.success) {
    throw new InvalidSettings(
      parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`),
    );
  }
  const values = parsed.data;
  const problems: string[] = [];
  const github = values.CYCLONE_ROLE === 'worker' ? undefined : readGitHub(values, problems);
  checkWorker(values, problems);
  if (problems.length > 0) {
    throw new InvalidSettings(problems);
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
    trustedRepositories: values.CYCLONE_TRUSTED_REPOS.split(/[\s,]+/).filter(Boolean),
    concurrency: values.CYCLONE_CONCURRENCY,
    drainSeconds: values.CYCLONE_DRAIN,
    workerSecret: values.CYCLONE_WORKER_SECRET,
    serverUrl: values.CYCLONE_SERVER_URL?.replace(/\/+$/, ''),
  });
}

const APP_PAGE = 'GitHub → Settings → Developer settings → GitHub Apps → your app';

function readGitHub(values: Environment, problems: string[]): GitHubSettings | undefined {
  if (values.APP_ID === undefined) {
    problems.push(`APP_ID is not set: the number under "App ID" at ${APP_PAGE} → General`);
  }
  const privateKey = readPrivateKey(values, problems);
  if (values.WEBHOOK_SECRET === undefined) {
    problems.push(
      `WEBHOOK_SECRET is not set: the secret that you chose at ${APP_PAGE} → General → Webhook (make one with: openssl rand -hex 32)`,
    );
  }
  if (values.APP_ID === undefined || privateKey === undefined || values.WEBHOOK_SECRET === undefined) {
    return undefined;
  }
  const apiUrl =
    values.GHE_HOST === undefined ? undefined : `${values.GHE_PROTOCOL}://${values.GHE_HOST}/api/v3`;
  return { appId: values.APP_ID, privateKey, webhookSecret: values.WEBHOOK_SECRET, apiUrl };
}

function readPrivateKey(values: Environment, problems: string[]): string | undefined {
  const file = values.PRIVATE_KEY_PATH;
  if (values.PRIVATE_KEY === undefined && file === undefined) {
    problems.push(
      `PRIVATE_KEY (or PRIVATE_KEY_PATH) is not set: the .pem file from "Generate a private key" at ${APP_PAGE} → General`,
    );
    return undefined;
  }
  const key = values.PRIVATE_KEY ?? readKeyFile(file ?? '', problems);
  if (key === undefined) {
    return undefined;
  }
  const pem = decodeKey(key);
  if (pem === undefined) {
    problems.push('PRIVATE_KEY is not a PEM key (or its base64): it begins with "-----BEGIN"');
  }
  return pem;
}

function readKeyFile(file: string, problems: string[]): string | undefined {
  try {
    if (!statSync(file).isFile()) {
      problems.push(`PRIVATE_KEY_PATH: ${file} is not a file`);
      return undefined;
    }
    return readFileSync(file, 'utf8');
  } catch (error) {
    problems.push(
      `PRIVATE_KEY_PATH: ${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? ''})`,
    );
    return undefined;
  }
}

/** As Probot: newlines may be written `\n`, or the whole key in base64. */
function decodeKey(key: string): string | undefined {
  const plain = key.includes('-----BEGIN') ? key : Buffer.from(key, 'base64').toString('utf8');
  return plain.includes('-----BEGIN') ? plain.replaceAll('\\n', '\n') : undefined;
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

function checkWorker(values: Environment, problems: string[]): void {
  if (values.CYCLONE_ROLE !== 'worker') {
    return;
  }
  if (values.REDIS_URL === undefined) {
    problems.push('REDIS_URL is not set: a worker apart from its server needs the address of their Redis');
  }
  if (values.CYCLONE_SERVER_URL === undefined) {
    problems.push('CYCLONE_SERVER_URL is not set: the address of the server, as http://cyclone.example.com');
  }
  if (values.CYCLONE_WORKER_SECRET === undefined) {
    problems.push('CYCLONE_WORKER_SECRET is not set: the same value as on the server');
  }
}

/** What git needs of the machine: where programs are, and how the network is reached. */
const GIT_VARIABLES =
  /^(?:PATH|HOME|(?:https?|all|no)_proxy|(?:HTTPS?|ALL|NO)_PROXY|GIT_SSL_\w+|SSL_CERT_(?:FILE|DIR))$/;

export function gitEnvironment(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && GIT_VARIABLES.test(entry[0]),
    ),
  );
}
