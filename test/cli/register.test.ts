import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { register } from '../../src/cli/register.js';
import { readEnvironment, readSettings } from '../../src/settings.js';
import { type Smee, startSmee } from '../adapters/relay/smee.js';
import { type AppMaker, PEM, startAppMaker } from './app-maker.js';

let github: AppMaker;
let directory: string;
beforeEach(async () => {
  github = await startAppMaker();
  directory = await mkdtemp(path.join(tmpdir(), 'cyclone-register-'));
});
afterEach(async () => {
  await github.close();
  await rm(directory, { recursive: true, force: true });
});

/** The command under way, and what it said. */
function run(...args: string[]) {
  const said = { out: '', err: '' };
  let heard = (): void => undefined;
  const hear = (to: 'out' | 'err') => (text: string) => {
    said[to] += text;
    heard();
  };
  const env = { CYCLONE_DATA_DIR: path.join(directory, 'data') };
  const ended = register(args, { out: hear('out'), err: hear('err'), env });
  /** Resolves with the address of the page. */
  const page = new Promise<string>((resolve) => {
    heard = () => {
      const url = /http:\/\/127\.0\.0\.1:\d+\/\w+/.exec(said.out)?.[0];
      if (url !== undefined) resolve(url);
    };
  });
  return { said, ended, page };
}

const place = () => ['--github', github.url, '--public-url', 'https://cyclone.example.com/'];

/** What the browser posts when the button is pressed. */
async function formOf(page: string): Promise<{ readonly action: string; readonly manifest: string }> {
  const html = await (await fetch(page)).text();
  const plain = (text = ''): string =>
    text.replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));
  return {
    action: plain(/action="([^"]*)"/.exec(html)?.[1]),
    manifest: plain(/name="manifest" value="([^"]*)"/.exec(html)?.[1]),
  };
}

/** Presses the button and follows GitHub back. */
async function click(page: string): Promise<Shown> {
  const { action, manifest } = await formOf(page);
  return shown(await fetch(action, { method: 'POST', body: new URLSearchParams({ manifest }) }));
}

interface Shown {
  readonly status: number;
  readonly text: string;
}

/** A body that nobody reads keeps its connection open, and the command waits for it. */
async function shown(response: Response): Promise<Shown> {
  return { status: response.status, text: await response.text() };
}

const mode = async (file: string): Promise<number> => (await stat(file)).mode & 0o777;

describe('one click', () => {
  test('registers the app of app.yml, and its settings start a server', async () => {
    const command = run(...place());
    const answer = await click(await command.page);
    expect([answer.status, await command.ended]).toEqual([200, 0]);
    const install = `${github.url}/github-apps/cyclone-acme-1f2e/installations/new`;
    expect(answer.text).toContain(install);
    expect(command.said.out).toContain(install);
    expect(github.posted[0]?.path).toBe('/settings/apps/new');
    expect(github.posted[0]?.manifest).toMatchObject({
      name: expect.stringMatching(/^Cyclone .{1,21} [0-9a-f]{4}$/),
      hook_attributes: { url: 'https://cyclone.example.com/api/github/webhooks', active: true },
      redirect_url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/done$/),
      setup_url: 'https://cyclone.example.com',
      callback_urls: ['https://cyclone.example.com/sign-in/callback'],
      request_oauth_on_install: false,
      public: false,
      default_permissions: { checks: 'write', contents: 'read', metadata: 'read' },
      default_events: expect.arrayContaining(['push']),
    });

    const data = path.join(directory, 'data');
    const settings = readSettings({}, readEnvironment(undefined, { CYCLONE_DATA_DIR: data }));
    expect(settings).toMatchObject({
      publicUrl: 'https://cyclone.example.com',
      github: { appId: 4711, privateKey: PEM, webhookSecret: 'c0ffee', apiUrl: `${github.url}/api/v3` },
    });
    const files = await readdir(data);
    expect(files.toSorted()).toEqual(['.env', 'cyclone-acme-1f2e.private-key.pem']);
    expect(await Promise.all(files.map((file) => mode(path.join(data, file))))).toEqual([0o600, 0o600]);
    expect(command.said.out).not.toMatch(/c0ffee|others may read/);
  });

  test('registers it for an organization', async () => {
    const command = run(...place(), '--org', 'acme');
    await click(await command.page);
    expect(await command.ended).toBe(0);
    expect(github.posted[0]?.path).toBe('/organizations/acme/settings/apps/new');
    expect(github.posted[0]?.manifest['name']).toMatch(/^Cyclone acme [0-9a-f]{4}$/);
  });

  test('can be tried again when GitHub does not know the code', async () => {
    const command = run(...place());
    const page = await command.page;
    github.forget();
    const first = await click(page);
    expect(first).toEqual({ status: 502, text: expect.stringContaining('Not registered') });
    expect((await click(page)).status).toBe(200);
    expect(await command.ended).toBe(0);
    expect(github.codes).toEqual(['code-1', 'code-2']);
  });
});

describe('a stranger', () => {
  test.each([
    ['who guesses the state', '/done?code=theirs&state=00000000000000000000000000000000', 403],
    ['without a state', '/done?code=theirs', 403],
    ['without a code', '/done', 404],
    ['at the door', '/', 404],
    ['with another key', '/00000000000000000000000000000000', 404],
  ])('%s changes nothing', async (_name, address, status) => {
    const command = run(...place());
    const page = await command.page;
    expect((await shown(await fetch(new URL(address, page)))).status).toBe(status);
    expect(github.codes).toEqual([]);
    await click(page);
    expect(await command.ended).toBe(0);
  });

  test('gets no script into the page, and no other site shows it in a frame', async () => {
    const command = run(...place());
    const page = await command.page;
    const answer = await fetch(page);
    await answer.text();
    expect(answer.headers.get('content-security-policy')).toBe(
      `default-src 'none'; style-src 'unsafe-inline'; form-action 'self' ${github.url}; frame-ancestors 'none'`,
    );
    await click(page);
    await command.ended;
  });
});

describe('a file of settings', () => {
  const own = () => path.join(directory, 'my settings.env');

  test('that is named gets the settings behind what it has, and serve reads it', async () => {
    await writeFile(own(), 'PORT=8080', { mode: 0o640 });
    const command = run(...place(), '--env-file', own());
    await click(await command.page);
    expect(await command.ended).toBe(0);
    expect(command.said.out).toContain('others may read it');
    expect(await mode(own())).toBe(0o640);
    const settings = readSettings({}, readEnvironment(own(), {}));
    expect(settings).toMatchObject({ port: 8080, github: { appId: 4711, privateKey: PEM } });
  });

  test.each([
    ['an app', 'APP_ID=1\n', /has APP_ID already/],
    ['another address', 'CYCLONE_PUBLIC_URL=https://other.example\n', /has CYCLONE_PUBLIC_URL already/],
  ])('that has %s is left alone, before anything is made', async (_name, text, words) => {
    await writeFile(own(), text);
    const command = run(...place(), '--env-file', own());
    expect(await command.ended).toBe(1);
    expect(command.said.err).toMatch(words);
    expect(await readFile(own(), 'utf8')).toBe(text);
    expect(github.posted).toEqual([]);
  });

  test('whose key is there already loses nothing, and says that there is an app', async () => {
    const key = path.join(directory, 'cyclone-acme-1f2e.private-key.pem');
    await writeFile(key, 'precious');
    const command = run(...place(), '--env-file', own());
    const answer = await click(await command.page);
    expect([answer.status, await command.ended]).toEqual([502, 1]);
    expect(command.said.err).toMatch(
      /is registered \(App ID 4711\), and its settings could not be written: .*EEXIST/,
    );
    expect(await readFile(key, 'utf8')).toBe('precious');
  });

  test('in a directory that no file of settings can name is told before anything is made', async () => {
    const command = run(...place(), '--env-file', path.join(directory, "o'hara", '.env'));
    expect(await command.ended).toBe(1);
    expect(command.said.err).toMatch(/has a quote in it/);
    expect(github.posted).toEqual([]);
  });

  test('that cannot be written is told before anything is made', async () => {
    await writeFile(own(), '');
    const command = run(...place(), '--env-file', path.join(own(), '.env'));
    expect(await command.ended).toBe(1);
    expect(command.said.err).toMatch(/cannot be (read|written) \(E\w+\)/);
  });
});

describe('behind NAT', () => {
  let smee: Smee;
  beforeEach(async () => {
    smee = await startSmee();
  });
  afterEach(() => smee.close());

  test('webhooks go to a new channel of the relay, which the server listens to; who can read them is said', async () => {
    const command = run('--github', github.url, '--relay-server', smee.url);
    await click(await command.page);
    expect(await command.ended).toBe(0);
    expect(github.posted[0]?.manifest['hook_attributes']).toEqual({ url: smee.channel, active: true });
    const env = readEnvironment(path.join(directory, 'data', '.env'), {});
    expect(readSettings({}, env).github?.webhookProxyUrl).toBe(smee.channel);
    expect(command.said.out).toContain('can read them');
  });

  test('a relay that makes no channel ends it', async () => {
    const command = run('--github', github.url, '--relay-server', github.url);
    expect(await command.ended).toBe(1);
    expect(command.said.err).toContain(`no channel of the relay ${github.url}`);
  });
});

describe('wrong use', () => {
  test.each([
    [['--github', 'https://github.example.com'], /say where GitHub reaches the server/],
    [['--public-url', 'cyclone.example.com'], /--public-url is an address/],
    [['--public-url', 'https://a.example', '--org', 'a/b'], /--org is the name/],
    [['--public-url', 'https://a.example', '--port', '-1'], /port/],
    [['--public'], /Unknown option/],
  ])('%j', async (args, words) => {
    const command = run(...args);
    expect(await command.ended).toBe(2);
    expect(command.said.err).toMatch(words);
  });

  test('help is no error', async () => {
    const command = run('--help');
    expect(await command.ended).toBe(0);
    expect(command.said.out).toMatch(/^Usage: cyclone register/);
  });
});
