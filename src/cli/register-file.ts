import { access, appendFile, constants, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseEnv } from 'node:util';

/** The file of settings cannot take an app, in words for whoever runs the command. */
export class SettingsFileRefused extends Error {
  override readonly name = 'SettingsFileRefused';
}

/** What an app is known by: two of them in one file would be half of each. */
const OF_AN_APP = [
  'APP_ID',
  'PRIVATE_KEY',
  'PRIVATE_KEY_PATH',
  'WEBHOOK_SECRET',
  'GITHUB_CLIENT_ID',
  'GITHUB_CLIENT_SECRET',
];

/**
 * Before anything is made on GitHub: its secrets are told once.
 * @throws SettingsFileRefused when the file has an app, one of `names`, or cannot be written, or its path cannot
 */
export async function checkSettingsFile(file: string, names: readonly string[]): Promise<void> {
  const there = await readFile(file, 'utf8').catch(ignoreMissing);
  const known = parseEnv(there ?? '');
  const taken = [...new Set([...OF_AN_APP, ...names])].filter((name) => (known[name] ?? '') !== '');
  if (taken.length > 0) {
    throw new SettingsFileRefused(
      `${file} has ${taken.join(', ')} already: take them out, or choose another file by --env-file`,
    );
  }
  const directory = path.dirname(file);
  // The key's path is written into it.
  quoted(directory);
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await access(directory, constants.W_OK);
    if (there !== undefined) {
      await access(file, constants.W_OK);
    }
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException;
    throw new SettingsFileRefused(`${file} cannot be written (${code}): choose another file by --env-file`, {
      cause,
    });
  }
}

/** Writes a file of a secret; one of that name that is there stays. */
export async function writeSecret(file: string, text: string): Promise<void> {
  await writeFile(file, text.endsWith('\n') ? text : `${text}\n`, { mode: 0o600, flag: 'wx' });
}

/**
 * Adds to what is there; a new file is its owner's alone.
 * @returns whether others may read it: one that was there keeps its mode, which a service may rely on
 */
export async function addSettings(
  file: string,
  settings: Readonly<Record<string, string>>,
): Promise<boolean> {
  const there = await readFile(file, 'utf8').catch(ignoreMissing);
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${quoted(value)}\n`);
  const gap = there === undefined || there === '' || there.endsWith('\n') ? '' : '\n';
  await appendFile(file, gap + lines.join(''), { mode: 0o600 });
  return ((await stat(file)).mode & 0o077) !== 0;
}

/** The same to Node, to shells, to systemd and to Docker's Compose. */
function quoted(value: string): string {
  if (/^[\w./:@%+,=~-]*$/.test(value)) {
    return value;
  }
  if (value.includes("'") || value.includes('\n')) {
    throw new SettingsFileRefused(`${value} cannot be written into a file of settings: it has a quote in it`);
  }
  return `'${value}'`;
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') {
    throw new SettingsFileRefused(`the file of settings cannot be read (${error.code ?? error.message})`, {
      cause: error,
    });
  }
}
