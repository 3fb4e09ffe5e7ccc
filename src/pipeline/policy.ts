import type { ContainerSpec, StageDefinition } from './model.js';

/** Something that a container asks for and only a trusted repository may have. */
export interface Risk {
  /** As the file calls it. */
  readonly key: 'privileged' | 'oom_kill_disable' | 'devices' | 'net' | 'volumes';
  /** What is asked for, with names: `devices (/dev/sda)`. */
  readonly words: string;
}

/**
 * The one list of what needs trust: the reader of the file warns of it, the planner refuses it, and the
 * worker refuses it again.
 */
export function risks(container: ContainerSpec): readonly Risk[] {
  const { privileged, oomKillDisable, devices, net, volumes } = container;
  const found: Risk[] = [];
  if (privileged) {
    found.push({ key: 'privileged', words: 'privileged' });
  }
  if (oomKillDisable) {
    found.push({ key: 'oom_kill_disable', words: 'oom_kill_disable' });
  }
  if (devices.length > 0) {
    found.push({ key: 'devices', words: `devices (${devices.join(', ')})` });
  }
  if (!isOwnNetwork(net)) {
    found.push({ key: 'net', words: `net: ${String(net)}` });
  }
  for (const source of volumes.map(hostSource)) {
    if (source !== undefined) {
      found.push({ key: 'volumes', words: `host volume ${source}` });
    }
  }
  return found;
}

/**
 * What a stage asks for and may not have, in words for its check. Cyclone v0.2 honoured all of it for
 * anyone; here a repository must be trusted by the server, and the code must not be a fork's.
 */
export function refusals(definition: StageDefinition, trusted: boolean): readonly string[] {
  if (trusted || definition.spec.kind !== 'container') {
    return [];
  }
  const { container, services } = definition.spec;
  const found = [
    ...risks(container).map(({ words }) => words),
    ...services.flatMap((service) =>
      risks(service).map(({ words }) => `${words} of service ${service.name}`),
    ),
  ];
  return found.length === 0 ? [] : [...found, WHO_MAY];
}

const WHO_MAY =
  "only repositories in the server's CYCLONE_TRUSTED_REPOS may have this, and never a fork's code";

/** The host path of a volume, or undefined when its source is the workspace. */
export function hostSource(volume: string): string | undefined {
  const source = volume.slice(0, volume.indexOf(':'));
  return source === '.' || source.startsWith('./') ? undefined : source;
}

/** The run's own network, or none at all. `bridge` meant Docker's shared one; here it is the run's own. */
export function isOwnNetwork(net: string | undefined): boolean {
  return net === undefined || ['', 'bridge', 'default', 'none'].includes(net);
}
