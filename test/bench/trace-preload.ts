/**
 * Loaded into a server before its own code (`node --import`): writes a line of JSON for each request that it makes, each
 * process that it starts and each webhook that it takes, when that is over. `BENCH_TRACE` is the file.
 */
import type { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { appendFileSync } from 'node:fs';
import http from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { performance } from 'node:perf_hooks';
import type { Traced } from './trace-table.js';

const file = process.env['BENCH_TRACE'] ?? '';

/** @returns to be called when it is over; a second call says nothing */
function begun(who: Traced['who']): (what: string) => void {
  const at = performance.now();
  let isOver = false;
  return (what) => {
    if (isOver) return;
    isOver = true;
    const traced: Traced = { who, what, at, until: performance.now() };
    appendFileSync(file, `${JSON.stringify(traced)}\n`);
  };
}

// The channels of Node 20 tell of a request when it has been sent, which for a build is when its context has.
const { request: plainRequest } = http;
Object.assign(http, {
  request: (...args: Parameters<typeof plainRequest>): http.ClientRequest => {
    const over = begun('engine');
    const request = plainRequest(...args);
    const what = `${request.method} ${request.path}`;
    request.once('response', (response) => response.once('close', () => over(what)));
    // Who listens for one listens by then; a listener of ours alone would keep a connection that nobody takes.
    setImmediate(() => {
      if (request.listenerCount('upgrade') > 0) request.once('upgrade', () => over(what));
    });
    return request;
  },
});
syncBuiltinESMExports();

const plainFetch = globalThis.fetch;
globalThis.fetch = async (...args) => {
  const over = begun('github');
  const [resource, { method = 'GET', body } = {}] = args;
  const { pathname } = new URL(resource instanceof Request ? resource.url : resource);
  const answer = await plainFetch(...args);
  over([method, pathname, ...checkIn(body)].join(' '));
  return answer;
};

/** Name and state, when it is a check that is told of. */
function checkIn(body: unknown): readonly string[] {
  if (typeof body !== 'string') return [];
  const { name, status, conclusion } = JSON.parse(body) as Readonly<Record<string, string | undefined>>;
  return [name, conclusion ?? status].filter((word) => word !== undefined);
}

subscribe('child_process', (message) => {
  const over = begun('process');
  const { process: child } = message as { readonly process: ChildProcess };
  child.once('exit', () => over(child.spawnargs.join(' ')));
});

subscribe('http.server.request.start', (message) => {
  const { request, response } = message as {
    readonly request: http.IncomingMessage;
    readonly response: http.ServerResponse;
  };
  const event = request.headers['x-github-event'];
  if (event === undefined) return;
  const over = begun('webhook');
  response.once('close', () => over(String(event)));
});
