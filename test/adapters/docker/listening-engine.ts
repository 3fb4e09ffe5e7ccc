import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { engineAddress } from '../../../src/adapters/docker/address.js';
import { type Client, connect } from '../../../src/adapters/docker/client.js';

/** An engine over HTTP that answers what a test tells it to, and writes down what it was asked for. */
export interface ListeningEngine {
  readonly client: Client;
  /** `GET /images/json`, without the version of the API. */
  readonly asked: string[];
  /** By the beginning of what is asked; what begins with none of them is not found. */
  readonly answers: Map<string, object>;
  close(): Promise<void>;
}

export async function listeningEngine(): Promise<ListeningEngine> {
  const asked: string[] = [];
  const answers = new Map<string, object>();
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://engine');
    const what = `${request.method} ${pathname.replace(/^\/v[\d.]+/, '')}`;
    const isVersion = what === 'GET /version';
    if (!isVersion) asked.push(what);
    const [, answer] = isVersion
      ? [what, VERSION]
      : ([...answers].find(([beginning]) => what.startsWith(beginning)) ?? []);
    request.resume();
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ?? { message: 'not found' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    client: connect(engineAddress(`tcp://127.0.0.1:${port}`, undefined)),
    asked,
    answers,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const VERSION = { Version: '29.0.0', ApiVersion: '1.52', MinAPIVersion: '1.24', Os: 'linux', Arch: 'amd64' };
