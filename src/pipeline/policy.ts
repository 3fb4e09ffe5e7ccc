import type { ContainerSpec, StageDefinition } from './model.js';

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
    ...containerRefusals(container, ''),
    ...services.flatMap((service) => containerRefusals(service, ` of service ${service.name}`)),
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

/** Networks that a stage may name: its own run's (Docker's word is bridge), or none at all. */
const OWN_NETWORKS: readonly string[] = ['bridge', 'default', 'none'];

function containerRefusals(container: ContainerSpec, of: string): string[] {
  const found: string[] = [];
  if (container.privileged) {
    found.push(`privileged${of}`);
  }
  if (container.oomKillDisable) {
    found.push(`oom_kill_disable${of}`);
  }
  if (container.devices.length > 0) {
    found.push(`devices${of} (${container.devices.join(', ')})`);
  }
  if (container.net !== undefined && !OWN_NETWORKS.includes(container.net)) {
    found.push(`net: ${container.net}${of}`);
  }
  for (const volume of container.volumes) {
    const source = hostSource(volume);
    if (source !== undefined) {
      found.push(`host volume ${source}${of}`);
    }
  }
  return found;
}
