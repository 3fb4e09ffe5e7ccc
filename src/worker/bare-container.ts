import type { ContainerCreate } from './ports.js';

/** What a container of our own has that the file does not speak of: no network, no names, no rights. */
export const BARE = {
  aliases: [],
  links: [],
  extraHosts: [],
  dns: [],
  devices: [],
  publish: [],
  privileged: false,
  oomKillDisable: false,
  stdin: false,
} as const satisfies Partial<ContainerCreate>;
