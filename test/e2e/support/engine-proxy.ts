import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

const ENGINE = '/var/run/docker.sock';

/** A socket of its own in front of the engine's: an engine that a test can take away and give back. */
export interface EngineProxy {
  /** For DOCKER_HOST. */
  readonly url: string;
  /** As when the daemon dies: connections break, and nobody listens any more. What runs in the engine goes on. */
  cut(): Promise<void>;
  restore(): Promise<void>;
  /**
   * Cuts at the next request that holds these words: `before` the engine has it, when it is `taken`, or when it is `done`
   * and the answer on its way. Resolves then.
   */
  cutAt(words: string, when: 'before' | 'taken' | 'done'): Promise<void>;
  /** Resolves when a request, to be made after the call, holds these words. */
  asked(words: string): Promise<void>;
  close(): Promise<void>;
}

export async function startEngineProxy(): Promise<EngineProxy> {
  const directory = await mkdtemp(path.join(tmpdir(), 'cyclone-engine-'));
  const socket = path.join(directory, 'docker.sock');
  const sockets = new Set<Socket>();
  const hearers = new Set<(bytes: Buffer, engine: Socket) => void>();

  const bridge = (client: Socket): void => {
    const engine = connect({ path: ENGINE, allowHalfOpen: true });
    // Before the bytes go on.
    client.on('data', (bytes: Buffer) => {
      for (const hear of hearers) hear(bytes, engine);
    });
    join(client, engine, sockets);
    join(engine, client, sockets);
  };
  const listen = async (): Promise<Server> => {
    // The end of a request's body is not the end of its answer.
    const listening = createServer({ allowHalfOpen: true }, bridge).listen(socket);
    await once(listening, 'listening');
    return listening;
  };
  let server: Server | undefined = await listen();
  const cut = async (): Promise<void> => {
    const closing = server;
    server = undefined;
    if (closing === undefined) return;
    const closed = once(closing, 'close');
    // Its socket file goes with it, as Docker's does.
    closing.close();
    for (const one of sockets) one.destroy();
    await closed;
  };
  return {
    url: `unix://${socket}`,
    cut,
    async restore() {
      server ??= await listen();
    },
    asked: (words) =>
      new Promise((resolve) => {
        let said = '';
        const hear = (bytes: Buffer): void => {
          said += bytes.toString('latin1');
          if (!said.includes(words)) return;
          hearers.delete(hear);
          resolve();
        };
        hearers.add(hear);
      }),
    cutAt: (words, when) =>
      new Promise((resolve) => {
        const hear = (bytes: Buffer, engine: Socket): void => {
          if (!bytes.includes(words)) return;
          hearers.delete(hear);
          const cutNow = (): void => void cut().then(resolve);
          if (when === 'before') cutNow();
          else if (when === 'taken') setImmediate(cutNow);
          else engine.prependOnceListener('data', cutNow);
        };
        hearers.add(hear);
      }),
    async close() {
      await cut();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function join(from: Socket, to: Socket, sockets: Set<Socket>): void {
  sockets.add(from);
  from.on('error', () => to.destroy());
  from.on('close', () => {
    sockets.delete(from);
    if (from.destroyed && !from.readableEnded) to.destroy();
  });
  from.pipe(to);
}
