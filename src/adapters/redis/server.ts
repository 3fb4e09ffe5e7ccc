import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import type { Logger } from '../../runs/ports.js';
import type { RedisLocation } from './connection.js';

/** No redis-server is installed, or it does not start. The message says what to do. */
export class RedisUnavailable extends Error {
  override readonly name = 'RedisUnavailable';
}

export interface OwnRedis {
  readonly location: RedisLocation;
  /** Saves and ends the server. Safe twice. */
  stop(): Promise<void>;
}

/** sun_path of unix(7): 108 bytes with the final NUL. */
const SOCKET_PATH_MAX = 107;
const START_TIMEOUT_MS = 10_000;
const RESTART_DELAY_MS = 200;

/**
 * Our own redis-server: append-only, in the data directory, on a unix socket. It has a process group of
 * its own, so that a signal to ours (Ctrl-C, a crash) does not take it along; one that a killed process
 * left behind is found by its socket and used on. When it dies it is started again.
 */
export async function startOwnRedis(dataDir: string, logger: Logger): Promise<OwnRedis> {
  const dir = path.join(dataDir, 'redis');
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const socket = await socketPath(dir);
  if (await answers(socket)) {
    logger.info({ socket }, 'own redis-server found running');
  } else {
    await launch(dir, socket);
  }
  let stopping = false;
  const watch = keepAlive(socket, logger, async () => {
    // Two servers on one append-only file would be the end of it: look before launching.
    if (!stopping && !(await answers(socket))) {
      await launch(dir, socket);
    }
  });
  return {
    location: { socket },
    async stop() {
      if (stopping) {
        return;
      }
      stopping = true;
      watch.disconnect();
      await shutdown(socket);
    },
  };
}

/** A long data directory: the socket goes to a private directory with a name made from it. */
async function socketPath(dir: string): Promise<string> {
  const inside = path.join(dir, 'redis.sock');
  if (Buffer.byteLength(inside) <= SOCKET_PATH_MAX) {
    return inside;
  }
  const name = createHash('sha256').update(dir).digest('hex').slice(0, 16);
  const elsewhere = path.join(tmpdir(), `cyclone-${String(process.getuid?.() ?? 0)}-${name}`);
  await mkdir(elsewhere, { recursive: true, mode: 0o700 });
  return path.join(elsewhere, 'redis.sock');
}

async function launch(dir: string, socket: string): Promise<void> {
  const child = spawn('redis-server', serverArguments(dir, socket), {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await started(child);
  child.stdout?.destroy();
  child.unref();
}

function serverArguments(dir: string, socket: string): string[] {
  return [
    ...['--port', '0', '--unixsocket', socket, '--unixsocketperm', '700'],
    ...['--dir', dir, '--appendonly', 'yes', '--appendfsync', 'everysec', '--save', ''],
    // BullMQ loses jobs under any other policy.
    ...['--maxmemory-policy', 'noeviction', '--loglevel', 'notice', '--pidfile', path.join(dir, 'redis.pid')],
  ];
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
      const hint = 'install it (apt-get install redis-server) or set REDIS_URL';
      done(() => reject(new RedisUnavailable(`redis-server cannot be started: ${hint}`, { cause })));
    });
    child.once('exit', (code) => {
      done(() => reject(new RedisUnavailable(`redis-server ended with ${String(code)}:\n${said.trim()}`)));
    });
  });
}

async function answers(socket: string): Promise<boolean> {
  const probe = new Redis(socket, { lazyConnect: true, retryStrategy: () => null });
  probe.on('error', () => undefined);
  try {
    await probe.connect();
    await probe.ping();
    return true;
  } catch {
    return false;
  } finally {
    probe.disconnect();
  }
}

/** A connection whose end is the sign that the server died. */
function keepAlive(socket: string, logger: Logger, relaunch: () => Promise<void>): Redis {
  const watch = new Redis(socket, { retryStrategy: () => RESTART_DELAY_MS });
  watch.on('error', () => undefined);
  let relaunching = false;
  watch.on('close', () => {
    if (relaunching || watch.status === 'end') {
      return;
    }
    relaunching = true;
    logger.warn({ socket }, 'own redis-server is gone: starting it again');
    relaunch()
      .catch((error: unknown) => logger.error({ err: error }, 'own redis-server did not start again'))
      .finally(() => {
        relaunching = false;
      });
  });
  return watch;
}

async function shutdown(socket: string): Promise<void> {
  const last = new Redis(socket, { lazyConnect: true, retryStrategy: () => null });
  last.on('error', () => undefined);
  try {
    await last.connect();
    // NOSAVE skips the RDB snapshot only; the append-only file is flushed on the way out.
    await last.shutdown('NOSAVE');
  } catch {
    // It answers a shutdown by closing the connection.
  } finally {
    last.disconnect();
  }
}
