import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { Repository } from '../../pipeline/model.js';
import { repositoryMatches } from '../../pipeline/trust.js';
import { type SecretStore, SecretsUnavailable } from '../../runs/ports.js';
import { parseSecrets, type SecretsOfPattern } from './parse.js';

const LARGEST_BYTES = 4 * 1024 * 1024;
const PROBLEMS_SHOWN = 10;

/** A server without a file of secrets. */
export const NO_SECRETS: SecretStore = { secretsOf: () => Promise.resolve({}) };

/**
 * The secrets of a file, which is read again when it has changed. What every pattern that matches gives
 * counts; of equal names, the later one in the file.
 * @throws SecretsUnavailable when the file cannot be used from the beginning
 */
export async function secretFile(path: string): Promise<SecretStore> {
  let known = await readFresh(path, undefined);
  return {
    async secretsOf(repository) {
      known = await readFresh(path, known);
      return secretsOf(known.entries, repository);
    },
  };
}

interface Known {
  /** What of the file changes when it does. */
  readonly version: string;
  readonly entries: readonly SecretsOfPattern[];
}

async function readFresh(path: string, known: Known | undefined): Promise<Known> {
  let file: FileHandle | undefined;
  try {
    // A pipe in its place would keep us waiting for who writes to it.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    // Of what is open: the name may mean another file by now.
    const stats = await file.stat({ bigint: true });
    refuse(path, unfit(stats));
    const version = [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(':');
    return version === known?.version
      ? known
      : { version, entries: parse(path, await file.readFile('utf8')) };
  } catch (error) {
    if (error instanceof SecretsUnavailable) throw error;
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw unavailable(path, `cannot be read (${code})`);
  } finally {
    await file?.close();
  }
}

/** Why a file is not one to keep secrets in. */
function unfit(stats: BigIntStats): string | undefined {
  const { mode, uid, size } = stats;
  if (!stats.isFile()) return 'is not a file';
  if ((mode & 0o077n) !== 0n) {
    return `can be read or written by others (mode ${(mode & 0o777n).toString(8).padStart(4, '0')}): run chmod 600 on it`;
  }
  const own = process.getuid?.();
  if (own !== undefined && uid !== 0n && uid !== BigInt(own)) {
    return `belongs to user ${String(uid)}: it must be root's, or of the user that runs Cyclone (${String(own)})`;
  }
  return size > LARGEST_BYTES ? `is larger than ${String(LARGEST_BYTES / 1024 ** 2)} MiB` : undefined;
}

function parse(path: string, text: string): readonly SecretsOfPattern[] {
  const parsed = parseSecrets(text);
  if (parsed.kind === 'secrets') return parsed.entries;
  const { problems } = parsed;
  const more =
    problems.length > PROBLEMS_SHOWN ? [`and ${String(problems.length - PROBLEMS_SHOWN)} more`] : [];
  throw unavailable(path, `is not right:\n${[...problems.slice(0, PROBLEMS_SHOWN), ...more].join('\n')}`);
}

function refuse(path: string, reason: string | undefined): void {
  if (reason !== undefined) throw unavailable(path, reason);
}

function unavailable(path: string, reason: string): SecretsUnavailable {
  return new SecretsUnavailable(`CYCLONE_SECRETS_FILE ${path} ${reason}`);
}

function secretsOf(
  entries: readonly SecretsOfPattern[],
  repository: Repository,
): Readonly<Record<string, string>> {
  const matching = entries.filter(({ pattern }) => repositoryMatches(pattern, repository));
  return Object.fromEntries(matching.flatMap(({ values }) => [...values]));
}
