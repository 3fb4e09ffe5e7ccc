import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { type RegisteredApp, takeRegisteredApp } from '../adapters/github/app-manifest.js';
import { newChannel } from '../adapters/relay/channel.js';
import {
  InvalidSettings,
  type RegisterSettings,
  readEnvironment,
  readRegisterSettings,
} from '../settings.js';
import { addSettings, checkSettingsFile, SettingsFileRefused, writeSecret } from './register-file.js';
import { appName, manifestOf } from './register-manifest.js';
import { type RegisterOptions, readOptions, USAGE } from './register-options.js';
import { openRegisterPage, type RegisterPage, type SentBack } from './register-page.js';

export interface RegisterIo {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Runs until the app is registered. @returns the exit status */
export async function register(args: readonly string[], io: RegisterIo): Promise<number> {
  const options = readOptions(args);
  if ('wrong' in options) {
    io.err(`cyclone register: ${options.wrong}\n\n${USAGE}`);
    return 2;
  }
  if (options.help) {
    io.out(USAGE);
    return 0;
  }
  try {
    const settings = readRegisterSettings(readEnvironment(undefined, io.env));
    const publicUrl = options.publicUrl ?? settings.publicUrl;
    if (
      publicUrl === undefined &&
      options.relayServer === undefined &&
      settings.webhookProxyUrl === undefined
    ) {
      io.err(`cyclone register: say where GitHub reaches the server: --public-url https://cyclone.example.com
If it cannot reach it at all: --relay (whoever runs the relay can read the webhooks)\n`);
      return 2;
    }
    await registerApp(options, { ...settings, publicUrl }, io);
    return 0;
  } catch (error) {
    if (isForPeople(error)) {
      io.err(`cyclone register: ${error.message}\n`);
      return 1;
    }
    throw error;
  }
}

/** Others are bugs, and have a stack to be shown. */
function isForPeople(error: unknown): error is Error {
  return (
    error instanceof InvalidSettings ||
    error instanceof SettingsFileRefused ||
    error instanceof RelayRefused ||
    (error instanceof Error && 'code' in error)
  );
}

class RelayRefused extends Error {
  override readonly name = 'RelayRefused';
}

async function registerApp(
  options: RegisterOptions,
  settings: RegisterSettings,
  io: RegisterIo,
): Promise<void> {
  const github = options.github ?? settings.githubUrl;
  const envFile = path.resolve(options.envFile ?? path.join(settings.dataDir, '.env'));
  const place = placeOf(options);
  const names = options.relayServer === undefined ? [] : ['WEBHOOK_PROXY_URL'];
  await checkSettingsFile(envFile, [...Object.keys(place), ...names]);

  const newRelay = options.relayServer && (await makeChannel(options.relayServer));
  const channel = newRelay ?? settings.webhookProxyUrl;
  const webhookUrl = channel ?? `${settings.publicUrl ?? ''}${settings.webhookPath}`;
  const appYml = await readFile(new URL('../../app.yml', import.meta.url), 'utf8');
  const name = appName(options.org ?? hostname(), randomBytes(2).toString('hex'));
  const page = await openRegisterPage({
    port: options.port,
    newAppUrl: newAppUrl(github ?? 'https://github.com', options.org),
    manifest: (redirectUrl) =>
      manifestOf(appYml, { name, webhookUrl, redirectUrl, publicUrl: settings.publicUrl }),
  });
  try {
    io.out(invitation(page, channel));
    const { app, browser } = await takeApp(page, github && `${github}/api/v3`, io);
    const keyFile = path.join(path.dirname(envFile), `${app.slug}.private-key.pem`);
    const installUrl = `${app.htmlUrl}/installations/new`;
    const relay = newRelay === undefined ? {} : { WEBHOOK_PROXY_URL: newRelay };
    const isOpen = await keep(app, { envFile, keyFile, settings: { ...place, ...relay } }).catch(
      (cause: unknown) => {
        const lost = `${app.htmlUrl} is registered (App ID ${String(app.id)}), and its settings could not be written: ${wordsOf(cause)}. Make a new private key and webhook secret there, or delete it`;
        browser.failed(lost);
        throw new SettingsFileRefused(lost, { cause });
      },
    );
    browser.registered(installUrl);
    const read = options.envFile === undefined ? 'npm start' : `npm start -- --env-file ${envFile}`;
    io.out(
      summary(
        app,
        [isOpen ? `${envFile} (others may read it: it has the webhook secret now)` : envFile, keyFile],
        [`install it on repositories: ${installUrl}`, `start the server: ${read}`],
      ),
    );
  } finally {
    await page.close();
  }
}

/** @returns whether others may read the file of settings */
async function keep(
  app: RegisteredApp,
  to: { readonly envFile: string; readonly keyFile: string; readonly settings: Record<string, string> },
): Promise<boolean> {
  await writeSecret(to.keyFile, app.privateKey);
  return await addSettings(to.envFile, {
    APP_ID: String(app.id),
    PRIVATE_KEY_PATH: to.keyFile,
    WEBHOOK_SECRET: app.webhookSecret,
    GITHUB_CLIENT_ID: app.clientId,
    GITHUB_CLIENT_SECRET: app.clientSecret,
    ...to.settings,
  });
}

/** A code that GitHub does not take back is no reason to begin anew here: the person may click again. */
async function takeApp(
  page: RegisterPage,
  apiUrl: string | undefined,
  io: RegisterIo,
): Promise<{ readonly app: RegisteredApp; readonly browser: SentBack }> {
  for (;;) {
    const browser = await page.sentBack();
    try {
      return { app: await takeRegisteredApp(apiUrl, browser.code), browser };
    } catch (error) {
      const words = wordsOf(error);
      browser.failed(`${words}. Go back to the page to try again.`);
      io.err(`cyclone register: ${words}\nOpen the page again to try once more: ${page.url}\n`);
    }
  }
}

async function makeChannel(server: string): Promise<string> {
  try {
    return await newChannel(server);
  } catch (cause) {
    throw new RelayRefused(`no channel of the relay ${server}: ${wordsOf(cause)}`, { cause });
  }
}

/** Settings that say where GitHub and we are, as far as they were given with the command. */
function placeOf({ github, publicUrl }: RegisterOptions): Record<string, string> {
  const server = github === undefined ? undefined : new URL(github);
  return {
    ...(publicUrl === undefined ? {} : { CYCLONE_PUBLIC_URL: publicUrl }),
    ...(server === undefined ? {} : { GHE_HOST: server.host }),
    ...(server?.protocol === 'http:' ? { GHE_PROTOCOL: 'http' } : {}),
  };
}

/** https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest */
function newAppUrl(github: string, org: string | undefined): string {
  return `${github}${org === undefined ? '' : `/organizations/${org}`}/settings/apps/new`;
}

function invitation({ url, port }: RegisterPage, channel: string | undefined): string {
  return `Open this page in your browser:
  ${url}
On another machine than this one, forward its port first: ssh -L ${String(port)}:127.0.0.1:${String(port)} this-machine
${channel === undefined ? '' : `Webhooks will come through ${channel}: whoever knows this address, and the relay's operator, can read them.\n`}`;
}

function summary(app: RegisteredApp, files: readonly string[], next: readonly string[]): string {
  return `
Registered ${app.name} (App ID ${String(app.id)}): ${app.htmlUrl}
Written:
${files.map((file) => `  ${file}\n`).join('')}Next:
${next.map((step, index) => `  ${String(index + 1)}. ${step}\n`).join('')}`;
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
