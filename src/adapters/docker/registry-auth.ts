import type { RegistryAuth } from '../../pipeline/model.js';

/** Docker Hub's credentials go by this name in every Docker client. */
const HUB = 'https://index.docker.io/v1/';

/** The object that goes into `X-Registry-Auth`. The header must be there even when there is nothing to say. */
export function authConfig(registry: string, auth: RegistryAuth | undefined): Record<string, string> {
  return {
    ...(auth?.username === undefined ? {} : { username: auth.username }),
    ...(auth?.password === undefined ? {} : { password: auth.password }),
    ...(auth?.email === undefined ? {} : { email: auth.email }),
    ...(auth?.registryToken === undefined ? {} : { registrytoken: auth.registryToken }),
    ...(auth === undefined ? {} : { serveraddress: registry === 'docker.io' ? HUB : registry }),
  };
}

/**
 * The value of `X-Registry-Config`: credentials of a build by registry host.
 * The engine reads URL-safe base64 and ignores what it cannot read; docker-modem would write the plain kind.
 */
export function registryConfig(byHost: Readonly<Record<string, RegistryAuth>>): { base64: string } {
  const entries = Object.entries(byHost).map(([host, auth]) => [
    host === 'docker.io' ? HUB : host,
    authConfig(host, auth),
  ]);
  const json = JSON.stringify(Object.fromEntries(entries));
  return { base64: Buffer.from(json).toString('base64').replaceAll('+', '-').replaceAll('/', '_') };
}
