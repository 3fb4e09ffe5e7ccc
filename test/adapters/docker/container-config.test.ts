import { describe, expect, test } from '@jest/globals';
import { containerConfig } from '../../../src/adapters/docker/container-config.js';
import type { ContainerCreate } from '../../../src/worker/ports.js';

const plain: ContainerCreate = {
  name: 'stage',
  image: 'busybox',
  labels: { 'cyclone.run': '7' },
  environment: ['A=1', 'B=x=y'],
  mounts: [{ source: '/ws', target: '/root/code', readOnly: false }],
  aliases: [],
  links: [],
  extraHosts: [],
  dns: [],
  devices: [],
  publish: [],
  privileged: false,
  limits: { memory: 1024, cpus: 1.5, pids: 1024 },
  oomKillDisable: false,
  stdin: true,
};
const config = (parts: Partial<ContainerCreate> = {}, init = true) =>
  containerConfig({ ...plain, ...parts }, { install: 'home', init });

describe('containerConfig', () => {
  test('of a stage holds every limit and gives nothing away', () => {
    expect(config()).toEqual({
      Image: 'busybox',
      Labels: { 'cyclone.run': '7', 'cyclone.install': 'home', 'cyclone.kind': 'container' },
      Env: ['A=1', 'B=x=y'],
      Tty: false,
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
      OpenStdin: true,
      StdinOnce: true,
      HostConfig: {
        LogConfig: { Type: 'none', Config: {} },
        Init: true,
        CapDrop: ['ALL'],
        CapAdd: expect.not.arrayContaining(['SYS_ADMIN', 'NET_ADMIN', 'MKNOD', 'SYS_PTRACE']),
        SecurityOpt: ['no-new-privileges:true'],
        Mounts: [{ Type: 'bind', Source: '/ws', Target: '/root/code', ReadOnly: false }],
        NetworkMode: 'none',
        Memory: 1024,
        MemorySwap: 1024,
        NanoCpus: 1_500_000_000,
        PidsLimit: 1024,
      },
    });
  });

  test('without limits sets none, and without an init asks for none', () => {
    const { HostConfig } = config({ limits: { memory: 0, cpus: 0, pids: 0 } }, false);
    expect(HostConfig).not.toHaveProperty('Memory');
    expect(HostConfig).not.toHaveProperty('NanoCpus');
    expect(HostConfig).not.toHaveProperty('PidsLimit');
    expect(HostConfig?.Init).toBe(false);
  });

  test('is privileged only when that is asked for', () => {
    const { HostConfig } = config({ privileged: true });
    expect(HostConfig?.Privileged).toBe(true);
    expect(HostConfig).not.toHaveProperty('CapDrop');
    expect(config().HostConfig).not.toHaveProperty('Privileged');
  });

  test('gives aliases and links on a network of ours, and none on a built-in one', () => {
    const names = { aliases: ['db'], links: ['c1:store'] };
    expect(config({ network: 'run-7', ...names })).toMatchObject({
      HostConfig: { NetworkMode: 'run-7' },
      NetworkingConfig: { EndpointsConfig: { 'run-7': { Aliases: ['db'], Links: ['c1:store'] } } },
    });
    for (const network of ['host', 'bridge', 'container:abc']) {
      expect(config({ network, ...names })).not.toHaveProperty('NetworkingConfig');
    }
  });

  test('reads devices and published ports as Docker does', () => {
    const { HostConfig, ExposedPorts } = config({
      devices: ['/dev/kvm', '/dev/sda:/dev/disk:r'],
      publish: ['8080:80', '127.0.0.1:53:53/udp', '81:80'],
    });
    expect(HostConfig?.Devices).toEqual([
      { PathOnHost: '/dev/kvm', PathInContainer: '/dev/kvm', CgroupPermissions: 'rwm' },
      { PathOnHost: '/dev/sda', PathInContainer: '/dev/disk', CgroupPermissions: 'r' },
    ]);
    expect(HostConfig?.PortBindings).toEqual({
      '80/tcp': [{ HostPort: '8080' }, { HostPort: '81' }],
      '53/udp': [{ HostPort: '53', HostIp: '127.0.0.1' }],
    });
    expect(ExposedPorts).toEqual({ '80/tcp': {}, '53/udp': {} });
  });
});
