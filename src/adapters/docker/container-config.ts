import type { ContainerCreateOptions, HostConfig, MountSettings } from 'dockerode';
import type { ContainerCreate } from '../../worker/ports.js';
import { LABELS } from '../../worker/ports.js';
import { CONTAINER_KIND } from './kind.js';

/** What root in a container may still do; without these chown, apt, ping, su and servers on port 80 fail. */
const KEPT_CAPABILITIES = [
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'SETUID',
  'SETGID',
  'KILL',
  'NET_BIND_SERVICE',
  'SYS_CHROOT',
  'NET_RAW',
];

/** A name that is not a user-made network: aliases cannot be given there. */
const BUILT_IN_NETWORK = /^(?:host|none|bridge|default|container:.*)$/;

/** What the engine is asked to create: plain data. `init`: the engine has an init binary. */
export function containerConfig(
  spec: ContainerCreate,
  { install, init }: { readonly install: string; readonly init: boolean },
): ContainerCreateOptions {
  return {
    Image: spec.image,
    Labels: { ...spec.labels, [LABELS.install]: install, ...CONTAINER_KIND },
    Env: [...spec.environment],
    ...(spec.entrypoint === undefined ? {} : { Entrypoint: [...spec.entrypoint] }),
    ...(spec.command === undefined ? {} : { Cmd: [...spec.command] }),
    ...(spec.workingDir === undefined ? {} : { WorkingDir: spec.workingDir }),
    ...(spec.user === undefined ? {} : { User: spec.user }),
    Tty: false,
    AttachStdin: spec.stdin,
    AttachStdout: true,
    AttachStderr: true,
    OpenStdin: spec.stdin,
    // The end of our connection is the end of its stdin: a container whose worker died does not wait for ever.
    StdinOnce: spec.stdin,
    ...ports(spec.publish),
    HostConfig: { ...hostConfig(spec, init), ...portBindings(spec.publish) },
    ...endpoint(spec),
  };
}

function hostConfig(spec: ContainerCreate, init: boolean): HostConfig {
  const { memory, cpus, pids } = spec.limits;
  return {
    // The output is read by attach; a log of the engine's own would only cost time and disk.
    LogConfig: { Type: 'none', Config: {} },
    Init: init,
    ...(spec.privileged
      ? { Privileged: true }
      : { CapDrop: ['ALL'], CapAdd: KEPT_CAPABILITIES, SecurityOpt: ['no-new-privileges:true'] }),
    Mounts: spec.mounts.map(
      // A mount, not a bind: the engine makes a missing source of a bind, as root.
      ({ source, target, readOnly }): MountSettings => ({
        Type: 'bind',
        Source: source,
        Target: target,
        ReadOnly: readOnly,
      }),
    ),
    NetworkMode: spec.network ?? 'none',
    ...(spec.extraHosts.length > 0 ? { ExtraHosts: [...spec.extraHosts] } : {}),
    ...(spec.dns.length > 0 ? { Dns: [...spec.dns] } : {}),
    ...(spec.devices.length > 0 ? { Devices: spec.devices.map(device) } : {}),
    ...(spec.cpuset === undefined ? {} : { CpusetCpus: spec.cpuset }),
    ...(spec.oomKillDisable ? { OomKillDisable: true } : {}),
    // The same number twice: no swap on top of the memory.
    ...(memory > 0 ? { Memory: memory, MemorySwap: memory } : {}),
    ...(cpus > 0 ? { NanoCpus: Math.round(cpus * 1e9) } : {}),
    ...(pids > 0 ? { PidsLimit: pids } : {}),
  };
}

function endpoint({ network, aliases, links }: ContainerCreate): Partial<ContainerCreateOptions> {
  if (network === undefined || BUILT_IN_NETWORK.test(network)) return {};
  return {
    NetworkingConfig: { EndpointsConfig: { [network]: { Aliases: [...aliases], Links: [...links] } } },
  };
}

function device(text: string): { PathOnHost: string; PathInContainer: string; CgroupPermissions: string } {
  const [host = '', inside = host, permissions = 'rwm'] = text.split(':');
  return { PathOnHost: host, PathInContainer: inside, CgroupPermissions: permissions };
}

interface PublishedPort {
  readonly port: string;
  readonly binding: { readonly HostIp?: string; readonly HostPort: string };
}

/** `[address:]hostPort:containerPort[/protocol]`; a lone port is published on a free one. */
function published(text: string): PublishedPort {
  const [container = '', host = '', ...address] = text.split(':').toReversed();
  return {
    port: container.includes('/') ? container : `${container}/tcp`,
    binding: { HostPort: host, ...(address.length > 0 ? { HostIp: address.toReversed().join(':') } : {}) },
  };
}

function ports(publish: readonly string[]): Partial<ContainerCreateOptions> {
  if (publish.length === 0) return {};
  return { ExposedPorts: Object.fromEntries(publish.map((text) => [published(text).port, {}])) };
}

function portBindings(publish: readonly string[]): HostConfig {
  if (publish.length === 0) return {};
  const bindings: Record<string, PublishedPort['binding'][]> = {};
  for (const { port, binding } of publish.map(published)) (bindings[port] ??= []).push(binding);
  return { PortBindings: bindings };
}
