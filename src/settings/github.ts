import { readFileSync, statSync } from 'node:fs';
import { NEW_SECRET, type Problems, say } from './kinds.js';

export interface GitHubSettings {
  readonly appId: number;
  readonly privateKey: string;
  readonly webhookSecret: string;
  /** Undefined: github.com. */
  readonly apiUrl: string | undefined;
  /** A relay's channel, through which webhooks come; undefined: GitHub reaches us. */
  readonly webhookProxyUrl: string | undefined;
  /** Undefined: nobody can sign in. */
  readonly oauth: { readonly clientId: string; readonly clientSecret: string } | undefined;
}

/** As in the environment. */
interface GitHubEnvironment {
  readonly APP_ID?: number | undefined;
  readonly PRIVATE_KEY?: string | undefined;
  readonly PRIVATE_KEY_PATH?: string | undefined;
  readonly WEBHOOK_SECRET?: string | undefined;
  readonly GHE_HOST?: string | undefined;
  readonly GHE_PROTOCOL: 'http' | 'https';
  readonly WEBHOOK_PROXY_URL?: string | undefined;
  readonly GITHUB_CLIENT_ID?: string | undefined;
  readonly GITHUB_CLIENT_SECRET?: string | undefined;
}

const APP_PAGE = 'GitHub → Settings → Developer settings → GitHub Apps → your app';

export function readGitHub(values: GitHubEnvironment, problems: Problems): GitHubSettings | undefined {
  if (values.APP_ID === undefined) {
    say(
      problems,
      'APP_ID',
      `is not set: "cyclone register" makes an app; of one that is there, the number under "App ID" at ${APP_PAGE} → General`,
    );
  }
  const privateKey = readPrivateKey(values, problems);
  if (values.WEBHOOK_SECRET === undefined) {
    say(
      problems,
      'WEBHOOK_SECRET',
      `is not set: the secret that you chose at ${APP_PAGE} → General → Webhook (${NEW_SECRET})`,
    );
  }
  if (values.APP_ID === undefined || privateKey === undefined || values.WEBHOOK_SECRET === undefined) {
    return undefined;
  }
  const apiUrl =
    values.GHE_HOST === undefined ? undefined : `${values.GHE_PROTOCOL}://${values.GHE_HOST}/api/v3`;
  return {
    appId: values.APP_ID,
    privateKey,
    webhookSecret: values.WEBHOOK_SECRET,
    apiUrl,
    webhookProxyUrl: values.WEBHOOK_PROXY_URL,
    oauth: readOAuth(values, problems),
  };
}

function readPrivateKey(values: GitHubEnvironment, problems: Problems): string | undefined {
  const file = values.PRIVATE_KEY_PATH;
  if (values.PRIVATE_KEY === undefined && file === undefined) {
    say(
      problems,
      'PRIVATE_KEY',
      `(or PRIVATE_KEY_PATH) is not set: the .pem file from "Generate a private key" at ${APP_PAGE} → General`,
    );
    return undefined;
  }
  const key = values.PRIVATE_KEY ?? readKeyFile(file ?? '', problems);
  if (key === undefined) {
    return undefined;
  }
  const pem = decodeKey(key);
  if (pem === undefined) {
    const name = values.PRIVATE_KEY === undefined ? 'PRIVATE_KEY_PATH' : 'PRIVATE_KEY';
    say(problems, name, 'is not a PEM key (or its base64): it begins with "-----BEGIN"');
  }
  return pem;
}

function readKeyFile(file: string, problems: Problems): string | undefined {
  try {
    if (!statSync(file).isFile()) {
      say(problems, 'PRIVATE_KEY_PATH', `${file} is not a file`);
      return undefined;
    }
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    say(problems, 'PRIVATE_KEY_PATH', `${file} cannot be read (${code})`);
    return undefined;
  }
}

/** As Probot: newlines may be written `\n`, or the whole key in base64. */
function decodeKey(key: string): string | undefined {
  const plain = key.includes('-----BEGIN') ? key : Buffer.from(key, 'base64').toString('utf8');
  return plain.includes('-----BEGIN') ? plain.replaceAll('\\n', '\n') : undefined;
}

/** Probot's names. */
function readOAuth(values: GitHubEnvironment, problems: Problems): GitHubSettings['oauth'] {
  const { GITHUB_CLIENT_ID: clientId, GITHUB_CLIENT_SECRET: clientSecret } = values;
  if (clientId !== undefined && clientSecret !== undefined) return { clientId, clientSecret };
  if ((clientId === undefined) !== (clientSecret === undefined)) {
    const missing = clientId === undefined ? 'GITHUB_CLIENT_ID' : 'GITHUB_CLIENT_SECRET';
    say(
      problems,
      missing,
      `is not set: signing in takes both, or neither; they are at ${APP_PAGE} → General`,
    );
  }
  return undefined;
}
