import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RedisUnavailable } from './unavailable.js';

const START_TIMEOUT_MS = 10_000;
const LOOK_AGAIN_MS = 50;

/** Where one server keeps its files, and where it listens. */
export interface ServerPlace {
  readonly dir: string;
  readonly socket: string;
}

/** Runs a redis-server on the engine, for a machine that has none. One name is one container at a time. */
export interface RedisContainers {
  /**
   * Starts it in the place of any older one of that name, as this process's user, with the directories at
   * their own paths. @returns false when no engine answers or none of its images is a Redis
   */
  start(spec: {
    readonly name: string;
    readonly directories: readonly string[];
    readonly arguments: readonly string[];
  }): Promise<boolean>;
  /** What it has printed, once it is over; undefined while it runs. */
  over(name: string): Promise<string | undefined>;
  /** Gone already, or no engine, is as good. */
  remove(name: string): Promise<void>;
}

/** Starts a redis-server and waits until it answers. @throws RedisUnavailable */
export async function launch(
  place: ServerPlace,
  answers: () => Promise<boolean>,
  containers: RedisContainers | undefined,
): Promise<'process' | 'container'> {
  try {
    await launchProcess(place);
    return 'process';
  } catch (error) {
    if (!isMissing(error) || containers === undefined || !(await startContainer(place, containers))) {
      throw error;
    }
    await containerReady(place, answers, containers);
    return 'container';
  }
}

/** The same directory has the same one after a restart of ours. */
export function containerName({ dir }: ServerPlace): string {
  return `cyclone-redis-${createHash('sha256').update(dir).digest('hex').slice(0, 16)}`;
}

function serverArguments({ dir, socket }: ServerPlace): string[] {
  return [
    ...['--port', '0', '--unixsocket', socket, '--unixsocketperm', '700'],
    ...['--dir', dir, '--appendonly', 'yes', '--appendfsync', 'everysec', '--save', ''],
    // BullMQ loses jobs under any other policy.
    ...['--maxmemory-policy', 'noeviction', '--loglevel', 'notice', '--pidfile', path.join(dir, 'redis.pid')],
  ];
}

async function launchProcess(place: ServerPlace): Promise<void> {
  const child = spawn('redis-server', serverArguments(place), {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await started(child);
  child.stdout?.destroy();
  child.unref();
}

function isMissing(error: unknown): boolean {
  return (
    error instanceof RedisUnavailable && (error.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT'
  );
}

/** Redis says when it is ready; its words are kept for the error in case that it is not. */
function started(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    const timer = setTimeout(() => {
      reject(new RedisUnavailable(`redis-server did not become ready in 10 s:\n${said.trim()}`));
    }, START_TIMEOUT_MS);
    const done = (settle: () => void): void => {
      clearTimeout(timer);
      child.stdout?.removeAllListeners('data');
      settle();
    };
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (/ready to accept connections/i.test(said)) {
        done(resolve);
      }
    });
    child.once('error', (cause) => {
      done(() => reject(new RedisUnavailable(`redis-server cannot be started: ${HINT}`, { cause })));
    });
    child.once('exit', (code) => {
      done(() => reject(new RedisUnavailable(`redis-server ended with ${String(code)}:\n${said.trim()}`)));
    });
  });
}

const HINT =
  'install it (apt-get install redis-server), set REDIS_URL, or have its image on the engine (docker pull redis:7)';

async function startContainer(place: ServerPlace, containers: RedisContainers): Promise<boolean> {
  const directories = [...new Set([place.dir, path.dirname(place.socket)])];
  try {
    return await containers.start({
      name: containerName(place),
      directories,
      arguments: serverArguments(place),
    });
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : String(cause);
    throw new RedisUnavailable(`the Redis container cannot be started: ${words}`, { cause });
  }
}

async function containerReady(
  place: ServerPlace,
  answers: () => Promise<boolean>,
  containers: RedisContainers,
): Promise<void> {
  const name = containerName(place);
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await answers())) {
    const said = await containers.over(name);
    if (said !== undefined || Date.now() > deadline) {
      await containers.remove(name);
      throw new RedisUnavailable(
        // Also when it runs and nothing is seen of it: the engine's directories are others than ours.
        said === undefined
          ? `the Redis container does not answer at ${place.socket}: ${HINT}`
          : `the Redis container ended at once:\n${said.trim()}`,
      );
    }
    await sleep(LOOK_AGAIN_MS);
  }
}
