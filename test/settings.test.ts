import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { gitEnvironment, InvalidSettings, readEnvironment, readSettings } from '../src/settings.js';

const PEM = '-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\n';
const APP = { APP_ID: '12', PRIVATE_KEY: PEM.trim(), WEBHOOK_SECRET: 'shh' };
const WORKER = {
  CYCLONE_ROLE: 'worker',
  REDIS_URL: 'redis://redis.example',
  CYCLONE_SERVER_URL: 'https://cyclone.example/',
  CYCLONE_WORKER_SECRET: '0123456789abcdef',
};

type Env = Readonly<Record<string, string>>;
const read = (env: Env) => readSettings({}, env);

/** Names of the settings that are wrong, in the order in which they are said. */
function wrong(env: Env): readonly string[] {
  return problems(env).map((problem) => problem.split(' ', 1)[0] ?? '');
}

function problems(env: Env): readonly string[] {
  try {
    read(env);
  } catch (error) {
    if (error instanceof InvalidSettings) return error.problems;
    throw error;
  }
  return [];
}

test('an app alone is enough: the rest has defaults', () => {
  expect(read(APP)).toEqual({
    role: 'all',
    host: '0.0.0.0',
    port: 3000,
    webhookPath: '/api/github/webhooks',
    publicUrl: 'http://localhost:3000',
    logLevel: 'info',
    dataDir: path.resolve('data'),
    redisUrl: undefined,
    databaseUrl: undefined,
    dockerHost: undefined,
    github: {
      appId: 12,
      privateKey: PEM.trim(),
      webhookSecret: 'shh',
      apiUrl: undefined,
      webhookProxyUrl: undefined,
      oauth: undefined,
    },
    registry: undefined,
    trustedRepositories: [],
    supersede: true,
    drafts: true,
    forkApproval: 'always',
    comment: 'on-failure',
    secretsFile: undefined,
    labels: [],
    files: { days: 30, bytes: 20 * 1024 ** 3 },
    logs: { days: 90, bytes: 50 * 1024 ** 3, s3: undefined },
    traces: undefined,
    images: { bytes: 20 * 1024 ** 3 },
    mirrors: { days: 30, bytes: 50 * 1024 ** 3 },
    shallowRepositories: [],
    privatePages: 'signed-link',
    trustedProxies: 0,
    concurrency: availableParallelism(),
    drainSeconds: 25,
    keepSeconds: 24 * 3600,
    pool: 0,
    sandboxes: 2,
    workerSecret: undefined,
    serverUrl: undefined,
  });
});

test.each([
  ['0', 0],
  ['90', 90],
  ['30m', 1800],
  ['24h', 24 * 3600],
  ['7d', 7 * 24 * 3600],
])('CYCLONE_KEEP=%s is %s seconds', (text, seconds) => {
  expect(read({ ...APP, CYCLONE_KEEP: text }).keepSeconds).toBe(seconds);
});

test.each([
  ['off', undefined],
  ['0', undefined],
  ['5Gi', 5 * 1024 ** 3],
])('CYCLONE_IMAGES_SIZE=%s is %s bytes', (text, bytes) => {
  expect(read({ ...APP, CYCLONE_IMAGES_SIZE: text }).images.bytes).toBe(bytes);
});

test('cannot be changed', () => {
  expect(Object.isFrozen(read(APP))).toBe(true);
});

test('an empty value is none', () => {
  expect(read({ ...APP, PORT: '', REDIS_URL: ' ', CYCLONE_PUBLIC_URL: '', CYCLONE_ROLE: '' })).toEqual(
    read(APP),
  );
  expect(wrong({ ...APP, WEBHOOK_SECRET: '' })).toEqual(['WEBHOOK_SECRET']);
});

describe('what is wrong is said', () => {
  test('all of it at once, each once', () => {
    const said = wrong({
      APP_ID: 'twelve',
      PRIVATE_KEY: 'no key',
      PORT: '70000',
      LOG_LEVEL: 'loud',
      REGISTRY_USERNAME: 'me',
      CYCLONE_WORKER_SECRET: 'short',
    });
    expect(said.toSorted()).toEqual([
      'APP_ID',
      'CYCLONE_WORKER_SECRET',
      'LOG_LEVEL',
      'PORT',
      'PRIVATE_KEY',
      'REGISTRY_PASSWORD',
      'WEBHOOK_SECRET',
    ]);
  });

  test.each<[string, string]>([
    ['CYCLONE_ROLE', 'wroker'],
    ['APP_ID', '0'],
    ['APP_ID', '1.5'],
    ['PRIVATE_KEY', 'c2hvcnQ='],
    ['GHE_PROTOCOL', 'ftp'],
    ['PORT', '-1'],
    ['PORT', 'http'],
    ['WEBHOOK_PATH', 'api'],
    ['LOG_LEVEL', 'verbose'],
    ['CYCLONE_PUBLIC_URL', 'cyclone.example'],
    ['CYCLONE_PUBLIC_URL', 'localhost:3000'],
    ['CYCLONE_SERVER_URL', 'ssh://cyclone.example'],
    ['CYCLONE_CONCURRENCY', '0'],
    ['CYCLONE_LABELS', 'gpu; large'],
    ['CYCLONE_SUPERSEDE', 'yes'],
    ['CYCLONE_DRAFTS', '1'],
    ['CYCLONE_FORK_APPROVAL', 'never'],
    ['CYCLONE_LABELS', 'a+b'],
    ['CYCLONE_LABELS', 'x'.repeat(51)],
    ['CYCLONE_FILES_DAYS', '0'],
    ['CYCLONE_MIRRORS_DAYS', '0'],
    ['CYCLONE_MIRRORS_SIZE', '50GB'],
    ['CYCLONE_IMAGES_SIZE', 'none'],
    ['CYCLONE_FILES_SIZE', '0Gi'],
    ['CYCLONE_FILES_SIZE', '20'],
    ['CYCLONE_FILES_SIZE', '20GB'],
    ['CYCLONE_FILES_SIZE', '20gi'],
    ['CYCLONE_DRAIN', '-1'],
    ['CYCLONE_DRAIN', 'long'],
    ['CYCLONE_KEEP', '-1'],
    ['CYCLONE_KEEP', '1.5h'],
    ['CYCLONE_KEEP', '24 hours'],
    ['CYCLONE_WORKER_SECRET', 'fifteen-letters'],
    ['CYCLONE_WORKER_SECRET', 'words with spaces in it'],
    ['CYCLONE_WORKER_SECRET', 'schlüssel-schlüssel'],
    ['REGISTRY_USERNAME', 'without-a-password'],
    ['REGISTRY_PASSWORD', 'without-a-name'],
  ])('%s=%s', (name, value) => {
    const env = { ...APP, [name]: value };
    const [first, ...more] = problems(env);
    expect(first).toMatch(/^[A-Z_]+ is not /);
    expect(more).toEqual([]);
  });

  test('without the value of a secret', () => {
    const env = { ...APP, PRIVATE_KEY: 'hidden-key', CYCLONE_WORKER_SECRET: 'hidden-word' };
    expect(wrong(env)).toEqual(['CYCLONE_WORKER_SECRET', 'PRIVATE_KEY']);
    expect(problems(env).join()).not.toContain('hidden');
  });

  test('with the way to a secret', () => {
    expect(problems({ ...APP, CYCLONE_WORKER_SECRET: 'short' }).join()).toContain('openssl rand -hex 32');
  });
});

describe('the private key', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'cyclone-settings-'));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });
  const { PRIVATE_KEY: _, ...keyless } = APP;
  const keyOf = (env: Env) => read({ ...keyless, ...env }).github?.privateKey;

  test('may have its newlines written out, or be base64', () => {
    expect(keyOf({ PRIVATE_KEY: PEM.replaceAll('\n', '\\n') })).toBe(PEM);
    expect(keyOf({ PRIVATE_KEY: Buffer.from(PEM).toString('base64') })).toBe(PEM);
  });

  test('may stand in a file; the value itself goes before', () => {
    const file = path.join(directory, 'app.pem');
    writeFileSync(file, PEM);
    expect(keyOf({ PRIVATE_KEY_PATH: file })).toBe(PEM);
    expect(keyOf({ PRIVATE_KEY_PATH: file, PRIVATE_KEY: '-----BEGIN other' })).toBe('-----BEGIN other');
  });

  test('that cannot be had is named by where it was looked for', () => {
    const other = path.join(directory, 'readme');
    writeFileSync(other, 'no key');
    expect(wrong(keyless)).toEqual(['PRIVATE_KEY']);
    for (const file of [other, directory, path.join(directory, 'nothing')]) {
      expect(wrong({ ...keyless, PRIVATE_KEY_PATH: file })).toEqual(['PRIVATE_KEY_PATH']);
    }
  });
});

describe('GitHub Enterprise', () => {
  test('is asked at its own address', () => {
    expect(read({ ...APP, GHE_HOST: 'github.example' }).github?.apiUrl).toBe('https://github.example/api/v3');
    expect(read({ ...APP, GHE_HOST: '127.0.0.1:4010', GHE_PROTOCOL: 'http' }).github?.apiUrl).toBe(
      'http://127.0.0.1:4010/api/v3',
    );
    expect(read({ ...APP, GHE_PROTOCOL: 'http' }).github?.apiUrl).toBeUndefined();
  });
});

describe('a worker', () => {
  test('needs no app, and holds none', () => {
    expect(read(WORKER)).toMatchObject({
      role: 'worker',
      github: undefined,
      serverUrl: 'https://cyclone.example',
      workerSecret: '0123456789abcdef',
    });
    expect(read({ ...APP, ...WORKER }).github).toBeUndefined();
  });

  test('needs the way to its server', () => {
    expect(wrong({ CYCLONE_ROLE: 'worker' })).toEqual([
      'REDIS_URL',
      'CYCLONE_SERVER_URL',
      'CYCLONE_WORKER_SECRET',
    ]);
  });

  test('is one by the command that was given, whatever the environment says', () => {
    const { CYCLONE_ROLE: _, ...rest } = WORKER;
    expect(readSettings({ role: 'worker' }, { ...rest, CYCLONE_ROLE: 'server' }).role).toBe('worker');
  });
});

test('a server needs an app', () => {
  expect(wrong({ CYCLONE_ROLE: 'server' })).toEqual(['APP_ID', 'PRIVATE_KEY', 'WEBHOOK_SECRET']);
});

test('what runs of pull requests, as the server says', () => {
  expect(read(APP)).toMatchObject({ supersede: true, drafts: true, forkApproval: 'always' });
  const env = { CYCLONE_SUPERSEDE: 'false', CYCLONE_DRAFTS: 'false', CYCLONE_FORK_APPROVAL: 'outside' };
  expect(read({ ...APP, ...env })).toMatchObject({
    supersede: false,
    drafts: false,
    forkApproval: 'outside',
  });
});

test('addresses and lists are taken as people write them', () => {
  expect(
    read({
      ...APP,
      PORT: '8080',
      CYCLONE_PUBLIC_URL: 'https://ci.example/cyclone//',
      REGISTRY_LOCATION: 'https://registry.example:5000/team/',
      REGISTRY_USERNAME: 'u',
      REGISTRY_PASSWORD: 'p',
      CYCLONE_TRUSTED_REPOS: 'acme/*, other/tool\nx/y',
      CYCLONE_FILES_SIZE: '512Mi',
      CYCLONE_LABELS: ' gpu, large\n team-a,',
      CYCLONE_SECRETS_FILE: '/etc/cyclone/../secrets.yml',
    }),
  ).toMatchObject({
    port: 8080,
    publicUrl: 'https://ci.example/cyclone',
    registry: { location: 'registry.example:5000/team', username: 'u', password: 'p' },
    trustedRepositories: ['acme/*', 'other/tool', 'x/y'],
    files: { days: 30, bytes: 512 * 1024 ** 2 },
    labels: ['gpu', 'large', 'team-a'],
    secretsFile: '/etc/secrets.yml',
  });
  expect(read({ ...APP, PORT: '8080' }).publicUrl).toBe('http://localhost:8080');
});

test('git hears of the machine, and of no secret', () => {
  expect(
    gitEnvironment({
      PATH: '/bin',
      HOME: '/root',
      https_proxy: 'http://proxy',
      NO_PROXY: 'x',
      GIT_SSL_CAINFO: '/ca.pem',
      SSL_CERT_DIR: '/certs',
      GIT_DIR: '/elsewhere',
      PRIVATE_KEY: PEM,
      WEBHOOK_SECRET: 'shh',
      EMPTY: undefined,
    }),
  ).toEqual({
    PATH: '/bin',
    HOME: '/root',
    https_proxy: 'http://proxy',
    NO_PROXY: 'x',
    GIT_SSL_CAINFO: '/ca.pem',
    SSL_CERT_DIR: '/certs',
  });
});

describe('files of settings', () => {
  let directory: string;
  let before: string;
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'settings-'));
    before = process.cwd();
    process.chdir(directory);
  });
  afterEach(() => {
    process.chdir(before);
    rmSync(directory, { recursive: true });
  });

  test('the environment wins over .env here, and that over .env in the data directory', () => {
    mkdirSync('kept');
    writeFileSync('.env', 'CYCLONE_DATA_DIR=kept\nA=here\nB=here\n');
    writeFileSync('kept/.env', 'A=kept\nB=kept\nC=kept\nD="two words"\n');
    const env = readEnvironment(undefined, { A: 'given', C: ' ' });
    expect(env).toEqual({ CYCLONE_DATA_DIR: 'kept', A: 'given', B: 'here', C: 'kept', D: 'two words' });
  });

  test('none needs to be there, but the one that is named; then it is the only one', () => {
    expect(readEnvironment(undefined, {})).toEqual({});
    writeFileSync('.env', 'A=here\n');
    writeFileSync('other', 'B=other\n');
    expect(readEnvironment('other', {})).toEqual({ B: 'other' });
    expect(() => readEnvironment('none', {})).toThrow(/none cannot be read \(ENOENT\)/);
  });
});

test('the channel of a relay is an address', () => {
  const url = 'https://smee.io/abc';
  expect(read({ ...APP, WEBHOOK_PROXY_URL: url }).github?.webhookProxyUrl).toBe(url);
  expect(wrong({ ...APP, WEBHOOK_PROXY_URL: 'smee.io/abc' })).toEqual(['WEBHOOK_PROXY_URL']);
});

test('signing in takes the id and the secret of the app', () => {
  const both = { ...APP, GITHUB_CLIENT_ID: 'Iv1.x', GITHUB_CLIENT_SECRET: 'shh' };
  expect(read(both).github?.oauth).toEqual({ clientId: 'Iv1.x', clientSecret: 'shh' });
  expect(wrong({ ...APP, GITHUB_CLIENT_ID: 'Iv1.x' })).toEqual(['GITHUB_CLIENT_SECRET']);
  expect(wrong({ ...APP, CYCLONE_PRIVATE_PAGES: 'sign-in' })).toEqual(['GITHUB_CLIENT_ID']);
  expect(read({ ...both, CYCLONE_PRIVATE_PAGES: 'sign-in' }).privatePages).toBe('sign-in');
});

test('proxies in front are counted', () => {
  expect(read({ ...APP, CYCLONE_TRUSTED_PROXIES: '2' }).trustedProxies).toBe(2);
  expect(wrong({ ...APP, CYCLONE_TRUSTED_PROXIES: '10.0.0.0/8' })).toEqual(['CYCLONE_TRUSTED_PROXIES']);
});

describe('logs in S3', () => {
  const key = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'shh' };

  test('a bucket, a prefix, and the place of its region', () => {
    const store = { ...APP, ...key, CYCLONE_LOGS_STORE: 's3://logs/ci/one/', AWS_REGION: 'eu-north-1' };
    expect(read(store).logs.s3).toEqual({
      endpoint: 'https://s3.eu-north-1.amazonaws.com',
      bucket: 'logs',
      prefix: 'ci/one/',
      region: 'eu-north-1',
      accessKeyId: 'id',
      secretAccessKey: 'shh',
    });
    const own = { ...store, CYCLONE_LOGS_STORE: 's3://logs', CYCLONE_S3_ENDPOINT: 'http://minio:9000/' };
    expect(read(own).logs.s3).toMatchObject({ endpoint: 'http://minio:9000', prefix: '' });
  });

  test('an address of another kind, or without a key, is refused', () => {
    expect(wrong({ ...APP, ...key, CYCLONE_LOGS_STORE: 'https://logs' })).toEqual(['CYCLONE_LOGS_STORE']);
    expect(wrong({ ...APP, CYCLONE_LOGS_STORE: 's3://logs' })).toEqual(['AWS_ACCESS_KEY_ID']);
    const half = { ...APP, CYCLONE_LOGS_STORE: 's3://logs', AWS_ACCESS_KEY_ID: 'id' };
    expect(wrong(half)).toEqual(['AWS_SECRET_ACCESS_KEY']);
  });
});
