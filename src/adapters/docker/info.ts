import type { EngineInfo } from '../../worker/ports.js';
import type { Client } from './client.js';
import { before } from './version.js';

/** What `docker info` says, as far as we look at it. */
interface HostInfo {
  readonly OSType?: string;
  readonly NCPU?: number;
  readonly MemTotal?: number;
  readonly DockerRootDir?: string;
  readonly MemoryLimit?: boolean;
  readonly PidsLimit?: boolean;
  readonly CpuCfsQuota?: boolean;
  readonly SecurityOptions?: readonly string[] | null;
  readonly Warnings?: readonly string[] | null;
}

/** @param isLocal whether the paths that it tells are paths of this host */
export async function engineInfo(client: Client, isLocal: boolean): Promise<EngineInfo> {
  const { engine, api, os, architecture, init } = await client.version();
  const host = (await client.call((docker) => docker.info())) as HostInfo;
  const warnings = [
    ...(old(engine)
      ? [
          `Docker ${engine} lets a container escape to the host (CVE-2024-21626) unless your distribution has patched its runc: Docker 24.0.9, 25.0.2 or later is safe`,
        ]
      : []),
    ...(init
      ? []
      : [
          'the engine has no docker-init (Debian: tini, and docker.io brings it): containers run without an init',
        ]),
    ...(host.OSType === undefined || host.OSType === 'linux'
      ? []
      : [`the engine runs ${host.OSType} containers; Cyclone needs Linux`]),
    ...(host.MemoryLimit === false ? ['the kernel cannot limit the memory of containers'] : []),
    ...(host.CpuCfsQuota === false ? ['the kernel cannot limit the CPU time of containers'] : []),
    ...(host.PidsLimit === false ? ['the kernel cannot limit the processes of containers'] : []),
    ...(host.SecurityOptions?.some((option) => option.includes('seccomp')) === false
      ? ['the engine filters no system calls (seccomp is off)']
      : []),
    ...(host.Warnings ?? []).map((warning) => warning.replace(/^WARNING: /, '')),
  ];
  return {
    version: engine,
    apiVersion: api,
    os,
    architecture,
    // A limit would be refused.
    cores: host.CpuCfsQuota === false ? 0 : (host.NCPU ?? 0),
    memory: host.MemTotal ?? 0,
    ...(isLocal && host.DockerRootDir !== undefined && { dataRoot: host.DockerRootDir }),
    warnings,
  };
}

/** https://github.com/moby/moby/security/advisories/GHSA-xr7r-f8xq-vfvv was fixed in 24.0.9 and 25.0.2. */
function old(version: string): boolean {
  return before(version, '24.0.9') || (!before(version, '25') && before(version, '25.0.2'));
}
