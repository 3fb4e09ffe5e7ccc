import type { Redis } from 'ioredis';
import type { Fences } from '../../runs/ports.js';
import { fenceKey } from './keys.js';

/** A job may last a day and be taken over; its fence outlives it by far, and is not kept for ever. */
const LIFE_SECONDS = 7 * 24 * 3600;

/** The greater of what Redis and SQL know, plus one: either may have been restored from an older state. */
const RAISE = `
local known = tonumber(redis.call('GET', KEYS[1]) or '0')
local fence = math.max(known, tonumber(ARGV[1])) + 1
redis.call('SET', KEYS[1], fence, 'EX', ARGV[2])
return fence`;

export function redisFences(redis: Redis): Fences {
  return {
    async raise(run, job, atLeast) {
      return Number(await redis.eval(RAISE, 1, fenceKey(run, job), atLeast, LIFE_SECONDS));
    },
  };
}
