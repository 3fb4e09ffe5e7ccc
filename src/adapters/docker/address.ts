import type { DockerOptions } from 'dockerode';

/** DOCKER_HOST says nothing that we can reach; the message says what it may be. */
export class InvalidDockerHost extends Error {
  override readonly name = 'InvalidDockerHost';
}

const DEFAULT_SOCKET = '/var/run/docker.sock';

/** Certificates for an engine that listens with TLS, PEM. */
export interface EngineTls {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** `local`: the engine runs on this host, so that a firewall of this host stands before its networks. */
export interface EngineAddress {
  readonly connection: DockerOptions;
  readonly local: boolean;
}

/**
 * Reads what DOCKER_HOST may hold: `unix:///path` or `tcp://host:port`; empty or absent is the default socket.
 * @throws InvalidDockerHost when it is anything else
 */
export function engineAddress(dockerHost: string | undefined, tls?: EngineTls): EngineAddress {
  if (!dockerHost) return socket(DEFAULT_SOCKET);
  if (dockerHost.startsWith('unix://')) return socket(dockerHost.slice('unix://'.length) || DEFAULT_SOCKET);
  const url = URL.canParse(dockerHost) ? new URL(dockerHost) : undefined;
  if (!url || !['tcp:', 'http:', 'https:'].includes(url.protocol) || !url.hostname) {
    throw new InvalidDockerHost(`DOCKER_HOST must be unix:///path or tcp://host:port, not "${dockerHost}"`);
  }
  const secure = tls !== undefined || url.protocol === 'https:';
  return {
    connection: {
      host: url.hostname,
      port: url.port || (secure ? 2376 : 2375),
      protocol: secure ? 'https' : 'http',
      ...tls,
    },
    local: ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname),
  };
}

function socket(socketPath: string): EngineAddress {
  // docker-modem reads DOCKER_HOST from the environment by itself, and a host wins over a socket.
  return { connection: { socketPath, host: undefined, protocol: 'http' }, local: true };
}
