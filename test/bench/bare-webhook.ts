import { ownProcess } from './own-process.js';

export interface BareTask {
  /** A socket. */
  readonly redis: string;
  readonly secret: string;
}

/** A server that does nothing but check the signature and write the body to the same Redis. */
export interface BareWebhook {
  readonly url: string;
  close(): void;
}

export async function bareWebhook(redis: string, secret: string): Promise<BareWebhook> {
  const task: BareTask = { redis, secret };
  const process = ownProcess<number>('./bare-webhook-process.js', task);
  const port = await process.said;
  return { url: `http://127.0.0.1:${port}/`, close: () => process.end() };
}
