import type { Redis } from 'ioredis';

const HEARD_KEY = 'cyclone:relay:heard';

/** When the webhook relay was heard last (ms since the epoch), over restarts. */
export function relayHeard(redis: Redis): {
  last(): Promise<number | undefined>;
  at(time: number): Promise<void>;
} {
  return {
    async last() {
      const kept = await redis.get(HEARD_KEY);
      return kept === null ? undefined : Number(kept);
    },
    async at(time) {
      await redis.set(HEARD_KEY, String(time));
    },
  };
}
