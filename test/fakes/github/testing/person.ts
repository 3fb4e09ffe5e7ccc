import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Someone with the real git and a directory of their own. */
export interface Person {
  readonly directory: string;
  /** Runs git there. @returns stdout @throws with git's words */
  git(...args: string[]): Promise<string>;
  write(path: string, content: string | Buffer): Promise<void>;
  /** Writes a file and commits it. @returns the commit's sha */
  commit(path: string, content: string | Buffer): Promise<string>;
  leave(): Promise<void>;
}

export async function createPerson(): Promise<Person> {
  const directory = await mkdtemp(join(tmpdir(), 'person-'));
  const env = {
    PATH: process.env['PATH'],
    HOME: directory,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@localhost',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@localhost',
  };
  const git = async (...args: string[]): Promise<string> =>
    (await run('git', args, { cwd: directory, env })).stdout.trim();
  const write = (path: string, content: string | Buffer): Promise<void> =>
    writeFile(join(directory, path), content);
  return {
    directory,
    git,
    write,
    commit: async (path, content) => {
      await write(path, content);
      await git('add', '.');
      await git('commit', '--quiet', '-m', `Change ${path}`);
      return git('rev-parse', 'HEAD');
    },
    leave: () => rm(directory, { recursive: true, force: true }),
  };
}
