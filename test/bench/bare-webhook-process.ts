import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { Redis } from 'ioredis';
import type { BareTask } from './bare-webhook.js';
import { ownTask, say } from './own-process.js';

const { redis: socket, secret } = await ownTask<BareTask>();
const redis = new Redis(socket);

const server = createServer((incoming, answer) => {
  const handle = async (): Promise<void> => {
    const body = await buffer(incoming);
    const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
    const given = Buffer.from(String(incoming.headers['x-hub-signature-256']));
    if (!timingSafeEqual(Buffer.from(signature), given)) throw new Error('not ours');
    await redis.set(`bare:${String(incoming.headers['x-github-delivery'])}`, body, 'EX', 60);
    answer.writeHead(202).end();
  };
  handle().catch(() => answer.writeHead(500).end());
});
server.listen(0, '127.0.0.1', () => say((server.address() as AddressInfo).port));
