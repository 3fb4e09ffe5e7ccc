import type { ContainerSpec, StageSpec } from '../pipeline/model.js';

/** What a container publishes on the host. A port without a host's port is for its network alone. */
export function publishedPorts(spec: ContainerSpec, trusted: boolean): readonly string[] {
  return trusted ? hostPorts(spec) : [];
}

/** A line for each container of a stage whose ports stay in the run although the file says otherwise. */
export function unpublishedNotes(spec: StageSpec, trusted: boolean): readonly string[] {
  if (trusted || spec.kind !== 'container') return [];
  return [
    ...unpublished(spec.container, ''),
    ...spec.services.flatMap((service) => unpublished(service, ` of service ${service.name}`)),
  ];
}

function unpublished(spec: ContainerSpec, of: string): readonly string[] {
  const ports = hostPorts(spec);
  if (ports.length === 0) return [];
  return [
    `ports ${ports.join(', ')}${of} are not published on the host: only repositories in CYCLONE_TRUSTED_REPOS may; containers of the run reach them`,
  ];
}

function hostPorts({ ports }: ContainerSpec): readonly string[] {
  return ports.filter((port) => port.includes(':'));
}
