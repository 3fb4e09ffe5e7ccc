import { createHmac, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** A relay that behaves as smee.io: `/new` redirects to a channel, POST is told to all who listen there by GET. */
export interface Smee {
  readonly url: string;
  /** The one channel of a test. */
  readonly channel: string;
  /** How many have begun to listen so far. */
  readonly listened: number;
  /** Cuts all who listen. */
  cut(): void;
  /** From now on who comes to listen is answered so; undefined: with events. */
  refuse: number | undefined;
  /** Something that is no webhook: the bytes as they are. */
  say(text: string): void;
  close(): Promise<void>;
}

export async function startSmee(): Promise<Smee> {
  const listening = new Set<ServerResponse>();
  let listened = 0;
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const tell = (text: string): void => listening.forEach((one) => void one.write(text));
  const cut = (): void => listening.forEach((one) => one.destroy());

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === '/new') {
      response.writeHead(307, { location: `${url}/channel` }).end();
    } else if (request.method === 'POST') {
      // As smee does: the headers and the body in one object, and 200 whether anybody listens or not.
      const body = await json(request);
      tell(`id: 1\ndata: ${JSON.stringify({ ...request.headers, body, query: {}, timestamp: 1 })}\n\n`);
      response.end();
    } else if (smee.refuse === undefined) {
      listened += 1;
      listening.add(response);
      response.on('close', () => listening.delete(response));
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
      response.write('event: ready\ndata: {}\n\n');
    } else {
      response.writeHead(smee.refuse).end();
    }
  }

  const smee: Smee = {
    url,
    channel: `${url}/channel`,
    get listened() {
      return listened;
    },
    cut,
    refuse: undefined,
    say: tell,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        cut();
        server.closeAllConnections();
      }),
  };
  return smee;
}

/** As GitHub sends it. @returns the status */
export async function deliver(
  url: string,
  payload: string,
  { secret, id = randomUUID() }: { readonly secret: string; readonly id?: string },
): Promise<number> {
  const { status } = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-github-event': 'push',
      'x-github-delivery': id,
      'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(payload).digest('hex')}`,
    },
    body: payload,
  });
  return status;
}
