import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  readonly method: string;
  /** Without the host, with the query. */
  readonly path: string;
  readonly authorization: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** `never`: the connection is cut without an answer; `half`: in the middle of it. */
  readonly cut?: 'never' | 'half';
}

/** A GitHub of one test: it answers as told, in order, and gives out installation tokens. */
export interface ScriptedServer {
  readonly baseUrl: string;
  /** Without the requests for tokens. */
  readonly asked: Asked[];
  readonly tokensAsked: Asked[];
  answer(...answers: Answer[]): void;
  /** How requests for tokens are answered from now on; undefined: with a token. */
  tokens: Answer | undefined;
  /** When the tokens given out expire, ms since the epoch. */
  tokensExpire: number;
  close(): Promise<void>;
}

export async function scriptedServer(): Promise<ScriptedServer> {
  const answers: Answer[] = [];
  const asked: Asked[] = [];
  const tokensAsked: Asked[] = [];
  const server = createServer((request, response) => void respond(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  const script: ScriptedServer = {
    baseUrl: `http://127.0.0.1:${port}/api/v3`,
    asked,
    tokensAsked,
    answer: (...more) => void answers.push(...more),
    tokens: undefined,
    tokensExpire: Date.now() + 3600_000,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const seen = await read(request);
    if (/^\/app\/installations\/\d+\/access_tokens$/.test(seen.path)) {
      tokensAsked.push(seen);
      const token = `ghs_${tokensAsked.length}`;
      const body = { token, expires_at: new Date(script.tokensExpire).toISOString(), permissions: {} };
      send(response, script.tokens ?? { status: 201, body });
      return;
    }
    asked.push(seen);
    send(response, answers.shift() ?? { status: 500, body: { message: 'nothing is scripted' } });
  }

  return script;
}

async function read(request: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  const text = Buffer.concat(chunks).toString();
  return {
    method: request.method ?? '',
    path: (request.url ?? '').replace(/^\/api\/v3/, ''),
    authorization: request.headers.authorization ?? '',
    body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
  };
}

function send(response: ServerResponse, { status = 200, headers = {}, body, cut }: Answer): void {
  if (cut === 'never') {
    response.destroy();
    return;
  }
  const text = JSON.stringify(body ?? {});
  const length = cut === 'half' ? { 'content-length': String(text.length + 100) } : {};
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...length, ...headers });
  if (cut === 'half') {
    response.write(text, () => response.destroy());
  } else {
    response.end(text);
  }
}
