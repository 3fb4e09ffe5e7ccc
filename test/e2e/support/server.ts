import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const PROGRAM = path.resolve('dist/cli/cyclone.js');

/** The built server as a process of its own, as `npm start` runs it. */
export interface ServerProcess {
  readonly url: string;
  readonly pid: number;
  /** stdout and stderr so far. */
  output(): string;
  /** As an operator does: SIGTERM. @returns the exit code */
  stop(): Promise<number | null>;
  /** kill -9, as a crash does. */
  kill(): Promise<void>;
}

/** @throws Error with its output when it ends before it is ready */
export async function startServer(environment: Readonly<Record<string, string>>): Promise<ServerProcess> {
  const child = spawn(process.execPath, [PROGRAM, 'serve'], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  const port = await portWhenReady(child, () => said);
  const over = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      child.kill(signal);
      await exited;
    }
    return child.exitCode;
  };
  return {
    url: `http://127.0.0.1:${String(port)}`,
    pid: child.pid ?? 0,
    output: () => said,
    stop: () => over('SIGTERM'),
    async kill() {
      await over('SIGKILL');
    },
  };
}

/** Runs the program to its end. @param stopAt when SIGTERM is sent; absent: never */
export async function runServer(
  environment: Readonly<Record<string, string>>,
  cwd?: string,
  stopAt?: () => Promise<void>,
): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawn(process.execPath, [PROGRAM, 'serve'], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  void stopAt?.().then(() => child.kill('SIGTERM'));
  await once(child, 'close');
  return { code: child.exitCode, output };
}

function portWhenReady(child: ChildProcess, said: () => string): Promise<number> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const line = said()
        .split('\n')
        .find((one) => one.includes('"msg":"ready"'));
      if (line !== undefined) {
        resolve((JSON.parse(line) as { port: number }).port);
      }
    };
    child.stdout?.on('data', look);
    child.once('exit', (code) => reject(new Error(`the server ended with ${String(code)}:\n${said()}`)));
  });
}
