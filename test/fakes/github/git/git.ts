import { spawn } from 'node:child_process';
import { buffer, text } from 'node:stream/consumers';

export class GitFailed extends Error {
  override readonly name = 'GitFailed';
  readonly exitCode: number | null;
  readonly stderr: string;
  constructor(args: readonly string[], exitCode: number | null, stderr: string) {
    super(`git ${args.join(' ')} ended with ${exitCode}: ${stderr.trim()}`);
    this.exitCode = exitCode;
    this.stderr = stderr;
  }
}

/** The person's own git configuration has no say in what this server does. */
export function gitEnvironment(): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
  };
}

/** Runs git in a directory and answers its stdout. @throws GitFailed when it does not exit with 0 */
export async function git(
  directory: string,
  args: readonly string[],
  input?: Buffer | string,
): Promise<Buffer> {
  const child = spawn('git', args, { cwd: directory, env: gitEnvironment(), stdio: 'pipe' });
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  // git may end before it has read everything; its exit code then says why.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [stdout, stderr, code] = await Promise.all([buffer(child.stdout), text(child.stderr), exited]);
  if (code !== 0) throw new GitFailed(args, code, stderr);
  return stdout;
}

export async function gitText(
  directory: string,
  args: readonly string[],
  input?: Buffer | string,
): Promise<string> {
  return (await git(directory, args, input)).toString();
}

/** stdout without the newline at its end, or `undefined` when git says no. */
export async function gitMaybe(directory: string, args: readonly string[]): Promise<string | undefined> {
  try {
    return (await gitText(directory, args)).trimEnd();
  } catch (error) {
    if (error instanceof GitFailed) return undefined;
    throw error;
  }
}
