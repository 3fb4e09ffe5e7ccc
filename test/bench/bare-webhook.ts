import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** A server that does nothing but check the signature and write the body to the same Redis. */
export interface BareWebhook {
  readonly url: string;
  close(): Promise<void>;
}

export async function bareWebhook(redis: string, secret: string): Promise<BareWebhook> {
  const thread = new Worker(new URL('./bare-webhook-thread.js', import.meta.url), {
    workerData: { redis, secret },
  });
  const [port] = (await once(thread, 'message')) as [number];
  return {
    url: `http://127.0.0.1:${port}/`,
    async close() {
      await thread.terminate();
    },
  };
}
