import type { Redis } from 'ioredis';
import { redisContainers } from '../adapters/docker/redis-container.js';
import { connectRedis, type RedisLocation, type Temper, whenReady } from '../adapters/redis/connection.js';
import { type OwnRedis, startOwnRedis } from '../adapters/redis/server.js';
import { RedisUnavailable } from '../adapters/redis/unavailable.js';
import type { Logger } from '../runs/ports.js';

const START_TIMEOUT_MS = 5000;

export interface RedisConnections {
  /** A connection that is ready. It is closed with the rest. */
  connect(temper: Temper): Promise<Redis>;
  close(): Promise<void>;
}

interface RedisSettings {
  readonly redisUrl: string | undefined;
  readonly dataDir: string;
  readonly dockerHost: string | undefined;
}

/** Connections to the Redis of the settings, or to our own. @throws RedisUnavailable when none answers */
export async function openRedis(settings: RedisSettings, logger: Logger): Promise<RedisConnections> {
  const own = await ownRedis(settings, logger);
  const location: RedisLocation = own?.location ?? { url: settings.redisUrl ?? '' };
  const open: Redis[] = [];
  return {
    async connect(temper) {
      const redis = connectRedis(location, temper);
      open.push(redis);
      redis.on('error', (err: Error) => logger.debug({ err }, 'redis connection'));
      await readyInTime(redis, location);
      return redis;
    },
    async close() {
      open.forEach((redis) => redis.disconnect());
      await own?.stop();
    },
  };
}

async function ownRedis(
  { redisUrl, dataDir, dockerHost }: RedisSettings,
  logger: Logger,
): Promise<OwnRedis | undefined> {
  return redisUrl === undefined ? startOwnRedis(dataDir, logger, redisContainers(dockerHost)) : undefined;
}

async function readyInTime(redis: Redis, location: RedisLocation): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      redis.disconnect();
      reject(
        new RedisUnavailable(
          `no Redis answers at ${where(location)}: start it, correct REDIS_URL, or unset it to use our own`,
        ),
      );
    }, START_TIMEOUT_MS);
  });
  try {
    await Promise.race([whenReady(redis), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Without the password that a URL may hold. */
function where(location: RedisLocation): string {
  if ('socket' in location) {
    return location.socket;
  }
  return URL.canParse(location.url) ? new URL(location.url).host : 'REDIS_URL';
}
