import type { Redis } from 'ioredis';
import type { IsReplay } from '../../runs/ports.js';
import { signatureKey } from './keys.js';

/** Longer than anybody keeps a body for use; each takes about 200 bytes of Redis. */
const REMEMBER_SECONDS = 30 * 24 * 3600;

export function redisReplays(redis: Redis): IsReplay {
  return async (signature, delivery) => {
    const key = signatureKey(signature);
    if ((await redis.set(key, delivery, 'EX', REMEMBER_SECONDS, 'NX')) === 'OK') {
      return false;
    }
    const first = await redis.get(key);
    return first !== null && first !== delivery;
  };
}
