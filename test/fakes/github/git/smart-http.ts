import { spawn } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { finished } from 'node:stream/promises';
import { gitEnvironment } from './git.js';

/** A request of git's smart HTTP protocol, already allowed. */
export interface GitRequest {
  readonly directory: string;
  /** What follows `…/name.git`, such as `/info/refs`. */
  readonly path: string;
  readonly query: string;
  /** Who asks; git serves receive-pack only to someone with a name. */
  readonly user: string | undefined;
}

/**
 * Lets `git http-backend` answer, streaming both ways: packs are never held in memory.
 * Resolves when git has ended and the answer is out, also when the client went away.
 */
export async function serveGit(
  git: GitRequest,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const child = spawn('git', ['http-backend'], {
    env: cgiEnvironment(git, request),
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const exited = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve());
  });
  // Either side may hang up first; what matters is that git ends, and that is awaited below.
  child.stdin.on('error', () => undefined);
  response.on('close', () => child.kill());
  request.pipe(child.stdin);

  let head = Buffer.alloc(0);
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    if (response.headersSent) {
      if (!response.write(chunk)) await drained(response);
      continue;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) continue;
    writeHead(response, head.subarray(0, end).toString());
    response.write(head.subarray(end + 4));
  }
  await exited;
  if (!response.headersSent) response.writeHead(500);
  response.end();
  await finished(response).catch(() => undefined); // the client went away: nobody is left to tell
}

// https://git-scm.com/docs/git-http-backend; it undoes gzip itself when told of it.
function cgiEnvironment(git: GitRequest, request: IncomingMessage): NodeJS.ProcessEnv {
  const header = (name: string): string | undefined => {
    const value = request.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  };
  return {
    ...gitEnvironment(),
    GIT_PROJECT_ROOT: git.directory,
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: git.path,
    QUERY_STRING: git.query,
    REQUEST_METHOD: request.method ?? 'GET',
    CONTENT_TYPE: header('content-type') ?? '',
    CONTENT_LENGTH: header('content-length'),
    HTTP_CONTENT_ENCODING: header('content-encoding'),
    GIT_PROTOCOL: header('git-protocol'),
    REMOTE_USER: git.user,
    REMOTE_ADDR: request.socket.remoteAddress,
  };
}

function writeHead(response: ServerResponse, head: string): void {
  const headers = head.split('\r\n').map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
  });
  const status = headers.find(([name]) => name === 'status')?.[1] ?? '200';
  for (const [name, value] of headers) if (name !== 'status') response.setHeader(name, value);
  response.writeHead(Number.parseInt(status, 10));
}

/** Resolves when the client has read what it was sent, or is gone. */
async function drained(response: ServerResponse): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.once('drain', done).once('close', done);
    if (response.destroyed) done();
  });
}
