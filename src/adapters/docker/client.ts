import type { IncomingMessage } from 'node:http';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { inspect } from 'node:util';
import Dockerode from 'dockerode';
import type { EngineAddress } from './address.js';
import { reach } from './errors.js';
import { apiVersion } from './version.js';

/** The engine as it said of itself when we first reached it. */
export interface EngineVersion {
  readonly engine: string;
  readonly api: string;
  readonly os: string;
  readonly architecture: string;
  /** It has an init binary to put before a container's process. */
  readonly init: boolean;
}

interface Request {
  readonly method: 'POST';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
}

/** One engine, spoken to in a version of the API that both sides know; agreed at the first call. */
export interface Client {
  version(): Promise<EngineVersion>;
  /** @throws EngineUnavailable; answers of the engine pass as dockerode throws them, see answerOf */
  call<T>(ask: (docker: Dockerode, version: EngineVersion) => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** A request that dockerode has no clean method for: the JSON of the answer. */
  post<T>(path: string, query: Readonly<Record<string, string>>, body: object): Promise<T>;
  /** … resolved when the answer's head is there, long before its end. */
  open(path: string, query: Readonly<Record<string, string>>): Promise<IncomingMessage>;
}

export function connect(address: EngineAddress): Client {
  // Kept connections make the short calls cheaper; idle ones do not hold the process.
  const agent =
    address.connection.protocol === 'https'
      ? new HttpsAgent({ keepAlive: true })
      : new HttpAgent({ keepAlive: true });
  // docker-modem describes every request for a debug output that nobody asked for, with all that hangs on the agent:
  // sockets, parsers, other requests. That was some 14 ms each, half of what a pipeline takes of this process.
  // https://github.com/apocas/docker-modem/blob/v5.0.7/lib/modem.js (buildRequest)
  Object.assign(agent, { [inspect.custom]: () => 'agent' });
  const options: Dockerode.DockerOptions & { agent: HttpAgent } = { ...address.connection, agent };
  const docker = new Dockerode(options);
  let agreed: Promise<EngineVersion> | undefined;

  const version = (): Promise<EngineVersion> => {
    // A failure is not remembered: the engine may come up later.
    agreed ??= reach(agree(docker)).catch((error: unknown) => {
      agreed = undefined;
      throw error;
    });
    return agreed;
  };
  const call: Client['call'] = async (ask, signal) => {
    const known = await version();
    signal?.throwIfAborted();
    return reach(ask(docker, known), signal);
  };
  return {
    version,
    call,
    post: (path, query, body) => call((docker) => dial(docker, { method: 'POST', path, query, body }, false)),
    open: (path, query) => call((docker) => dial(docker, { method: 'POST', path, query }, true)),
  };
}

async function agree(docker: Dockerode): Promise<EngineVersion> {
  const said = await docker.version();
  const api = apiVersion({ newest: said.ApiVersion, oldest: said.MinAPIVersion });
  Object.assign(docker.modem as object, { version: `v${api}` });
  const init = said.Components?.find((component) => component.Name === 'docker-init');
  const { Os: os, Arch: architecture } = said;
  return { engine: said.Version, api, os, architecture, init: init !== undefined && init.Version !== 'N/A' };
}

/**
 * dockerode's own create and wait put the whole body into the URL too (environment and all), and resolve a wait
 * only at its end; the modem under it can do both properly.
 */
function dial<T>(docker: Dockerode, request: Request, isStream: boolean): Promise<T> {
  const modem = docker.modem as { dial(options: object, done: (error: unknown, answer: T) => void): void };
  return new Promise((resolve, reject) => {
    modem.dial(
      {
        method: request.method,
        path: `${request.path}?`,
        options: { _query: request.query ?? {}, _body: request.body ?? {} },
        isStream,
        statusCodes: { 200: true, 201: true, 204: true },
      },
      (error, answer) => {
        if (error) reject(error);
        else resolve(answer);
      },
    );
  });
}
