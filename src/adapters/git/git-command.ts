import { spawn } from 'node:child_process';
import { CheckoutFailed } from '../../worker/ports.js';

/** Enough of git's words to name the cause; a broken server may send megabytes. */
const WORDS_BYTES = 8 * 1024;
const OUTPUT_BYTES = 64 * 1024 * 1024;

export interface GitCommand {
  /** The program, looked up in `environment.PATH`. */
  readonly git: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Values that must not appear in an error. */
  readonly secrets: readonly string[];
  readonly signal: AbortSignal;
}

/** What every git of ours is told, whatever the machine's own configuration says. */
const CONFIG: Config = [
  // A repository brings files, not programs: nothing of it is run on the worker.
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.symlinks', 'true'],
  ['core.autocrlf', 'false'],
  // Workspaces borrow the mirror's objects: none of them may go.
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  // A pack is synced once, loose objects one by one; packs are put together behind.
  ['fetch.unpackLimit', '1'],
  ['credential.helper', ''],
  // Any commit can be asked for by id (also https://git-scm.com/docs/protocol-v2).
  ['protocol.version', '2'],
  ['safe.directory', '*'],
  ['advice.detachedHead', 'false'],
  ['init.defaultBranch', 'main'],
  // A redirect to another host would take the token along.
  ['http.followRedirects', 'initial'],
];

type Config = readonly (readonly [key: string, value: string])[];

/** The environment of git: ours alone, so that nothing of the machine's user decides. */
export function gitEnvironment(
  base: Readonly<Record<string, string>>,
  protocols: readonly string[],
): Readonly<Record<string, string>> {
  return {
    ...base,
    LC_ALL: 'C.UTF-8',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '',
    SSH_ASKPASS: '',
    GIT_ALLOW_PROTOCOL: protocols.join(':'),
    GIT_LFS_SKIP_SMUDGE: '1',
    GIT_OPTIONAL_LOCKS: '0',
    ...configFrom(0, CONFIG),
  };
}

/** The same git, told more: of one key the last value counts, also above what a repository says. */
export function withConfig(command: GitCommand, config: Config): GitCommand {
  const { environment } = command;
  const count = Number(environment['GIT_CONFIG_COUNT'] ?? 0);
  return { ...command, environment: { ...environment, ...configFrom(count, config) } };
}

function configFrom(first: number, config: Config): Readonly<Record<string, string>> {
  const entries = config.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${first + index}`, key],
    [`GIT_CONFIG_VALUE_${first + index}`, value],
  ]);
  return { ...Object.fromEntries(entries), GIT_CONFIG_COUNT: String(first + config.length) };
}

/** git ran, and ended with something else than 0. */
export class GitFailed extends CheckoutFailed {}

/**
 * Runs git and resolves with what it printed.
 * @throws GitFailed with git's own words; CheckoutFailed when it cannot be run; the signal's reason when aborted
 */
export async function runGit(command: GitCommand, args: readonly string[], input = ''): Promise<string> {
  command.signal.throwIfAborted();
  const child = spawn(command.git, args, {
    env: command.environment,
    stdio: ['pipe', 'pipe', 'pipe'],
    // A group of its own: git fetches through children that would outlive it.
    detached: true,
  });
  const kill = (): void => killGroup(child.pid);
  command.signal.addEventListener('abort', kill, { once: true });
  const out: Buffer[] = [];
  let size = 0;
  let words = '';
  child.stdout.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= OUTPUT_BYTES) out.push(chunk);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    words = (words + chunk.toString()).slice(-WORDS_BYTES);
  });
  // It may end without reading; its exit code tells why.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    command.signal.throwIfAborted();
    // Half an answer would be believed.
    if (size > OUTPUT_BYTES) throw new CheckoutFailed(`${verbOf(args)}: the answer holds ${size} bytes`);
    if (code === 0) return Buffer.concat(out).toString();
    throw new GitFailed(failureText(args, code, mask(words, command.secrets)));
  } catch (error) {
    if (error instanceof CheckoutFailed || command.signal.aborted) throw error;
    throw new CheckoutFailed(`git cannot be run: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  } finally {
    command.signal.removeEventListener('abort', kill);
  }
}

function failureText(args: readonly string[], code: number | null, words: string): string {
  return `${verbOf(args)}: ${words.trim() || `exit code ${code ?? 'unknown'}`}`;
}

function verbOf(args: readonly string[]): string {
  const verb = args.find((arg) => /^[a-z]+(-[a-z]+)*$/.test(arg));
  return verb === undefined ? 'git' : `git ${verb}`;
}

function mask(text: string, secrets: readonly string[]): string {
  return secrets.reduce((masked, secret) => masked.replaceAll(secret, '***'), text);
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
