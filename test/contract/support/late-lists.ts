import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The engine of this machine, that answers what images it has only when a pull or build it was asked for is over. */
export interface LateLists {
  /** For `dockerHost`. */
  readonly host: string;
  stop(): Promise<void>;
}

export async function lateLists(): Promise<LateLists> {
  let isOver: () => void = () => {};
  const over = new Promise<void>((resolve) => {
    isOver = resolve;
  });
  const server = createServer((from, to) => {
    const { pathname } = new URL(from.url ?? '/', 'http://engine');
    const { method, url: path, headers } = from;
    const there = request({ socketPath: '/var/run/docker.sock', method, path, headers }, (answer) => {
      to.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(to);
      if (/\/(?:images\/create|build)$/.test(pathname)) answer.once('end', isOver);
    });
    const pass = (): void => void from.pipe(there);
    if (pathname.endsWith('/images/json')) void over.then(pass);
    else pass();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    host: `tcp://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
