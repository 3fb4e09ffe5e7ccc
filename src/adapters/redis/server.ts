import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import type { Logger } from '../../runs/ports.js';
import type { RedisLocation } from './connection.js';
import { containerName, launch, type RedisContainers, type ServerPlace } from './launch.js';

export interface OwnRedis {
  readonly location: RedisLocation;
  /** Saves and ends the server. Safe twice. */
  stop(): Promise<void>;
}

/** sun_path of unix(7): 108 bytes with the final NUL. */
const SOCKET_PATH_MAX = 107;
const RESTART_DELAY_MS = 200;

/**
 * Our own redis-server: append-only, in the data directory, on a unix socket. It has a process group of
 * its own, so that a signal to ours (Ctrl-C, a crash) does not take it along; where it is not installed it
 * is one of `containers`, if it can be. One that a killed process left behind is found by its socket
 * and used on. When it dies it is started again.
 *
 * @throws RedisUnavailable
 */
export async function startOwnRedis(
  dataDir: string,
  logger: Logger,
  containers?: RedisContainers,
): Promise<OwnRedis> {
  const dir = path.join(dataDir, 'redis');
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const place: ServerPlace = { dir, socket: await socketPath(dir) };
  const { socket } = place;
  const launchAnew = async (): Promise<'process' | 'container'> => {
    const runs = await launch(place, () => answers(socket), containers);
    logger.info({ socket, runs }, 'own redis-server started');
    return runs;
  };

  let runs: 'process' | 'container' | 'unknown' = 'unknown';
  if (await answers(socket)) {
    logger.info({ socket }, 'own redis-server found running');
  } else {
    runs = await launchAnew();
  }
  let stopping = false;
  const watch = keepAlive(socket, logger, async () => {
    // Two servers on one append-only file would be the end of it: look before launching.
    if (!stopping && !(await answers(socket))) {
      runs = await launchAnew();
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
      if (runs !== 'process') {
        await containers?.remove(containerName(place));
      }
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
