import { Redis, type RedisOptions } from 'ioredis';

/** Where Redis is: an address, or the socket of our own server. */
export type RedisLocation = { readonly url: string } | { readonly socket: string };

/**
 * `patient`: waits out an outage (workers, consumers). `prompt`: fails at once when Redis is away, so that
 * a webhook gets its 5xx instead of a late 202.
 */
export type Temper = 'patient' | 'prompt';

/** GitHub waits 10 s for an answer to a webhook; its one write gets a fifth of that. */
const PROMPT_TIMEOUT_MS = 2000;
const RECONNECT_MAX_MS = 1000;

export function connectRedis(location: RedisLocation, temper: Temper): Redis {
  const options: Omit<RedisOptions, 'replyMapping'> = {
    // RESP3's maps change the shape of XREADGROUP's answers when it is called with buffers.
    protocol: 2,
    // BullMQ's workers require null: they retry for as long as it takes.
    maxRetriesPerRequest: null,
    retryStrategy: (tries) => Math.min(50 * 2 ** Math.min(tries, 10), RECONNECT_MAX_MS),
    enableReadyCheck: true,
    ...(temper === 'prompt' ? { enableOfflineQueue: false, commandTimeout: PROMPT_TIMEOUT_MS } : {}),
  };
  return 'url' in location ? new Redis(location.url, options) : new Redis(location.socket, options);
}

/** Resolves when the connection can take commands; a prompt one refuses them before. */
export async function whenReady(redis: Redis): Promise<void> {
  if (redis.status !== 'ready') {
    await new Promise<void>((resolve) => redis.once('ready', resolve));
  }
}
