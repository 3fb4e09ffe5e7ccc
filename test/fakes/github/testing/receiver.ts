import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createChanges } from '../changes.js';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An App's end of the webhooks: keeps what it is sent. */
export interface Receiver {
  readonly url: string;
  readonly received: readonly Received[];
  /** Resolves when so many have come. */
  arrived(count: number): Promise<readonly Received[]>;
  /** What it answers from now on. Default 202. */
  answerWith(status: number): void;
  close(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const changes = createChanges();
  let status = 202;
  const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    received.push({ headers: request.headers, body: await text(request) });
    response.writeHead(status).end('thank you');
    changes.announce();
  };
  const server = createServer((request, response) => void receive(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    arrived: (count) =>
      changes.until(() => (received.length >= count ? received : undefined), {
        what: `${count} webhooks`,
        timeoutMs: 30_000,
      }),
    answerWith: (code) => {
      status = code;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
