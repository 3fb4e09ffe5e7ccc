import type { Redis } from 'ioredis';
import { signatureKey } from './keys.js';

/** Longer than anybody keeps a body for use; each takes about 200 bytes of Redis. */
const REMEMBER_SECONDS = 30 * 24 * 3600;

/**
 * Whether a body with this signature came before under another delivery id. GitHub signs the body and not the
 * id: who has seen one body could send it again as something new.
 */
export function redisReplays(redis: Redis): (signature: string, delivery: string) => Promise<boolean> {
  return async (signature, delivery) => {
    const key = signatureKey(signature);
    if ((await redis.set(key, delivery, 'EX', REMEMBER_SECONDS, 'NX')) === 'OK') {
      return false;
    }
    const first = await redis.get(key);
    return first !== null && first !== delivery;
  };
}
