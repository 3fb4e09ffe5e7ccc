import type { Redis } from 'ioredis';
import type { Cancellations } from '../../runs/ports.js';
import { CANCEL_CHANNEL } from './keys.js';

export function redisCancellations(redis: Redis): Cancellations {
  return {
    async cancel(run, by) {
      await redis.publish(CANCEL_CHANNEL, JSON.stringify({ run, by }));
    },
  };
}

/** Calls `cancelled` for each cancellation; uses the connection for this alone. */
export async function subscribeCancellations(
  subscriber: Redis,
  cancelled: (run: number, by: string) => void,
): Promise<void> {
  subscriber.on('message', (_channel, message) => {
    const { run, by } = JSON.parse(message) as { run: number; by: string };
    cancelled(run, by);
  });
  await subscriber.subscribe(CANCEL_CHANNEL);
}
