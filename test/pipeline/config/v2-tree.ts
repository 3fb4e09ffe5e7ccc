import type { ContainerSpec, DeployTarget, StageDefinition } from '../../../src/pipeline/model.js';

/** The tree that Cyclone v0.2's own parser made of a file, as it was dumped. */
export interface V2Tree {
  readonly nodes: readonly { readonly type: string; readonly node: V2Node }[];
  readonly deploy: readonly V2Deploy[] | null;
}

export type V2Node = Readonly<Record<string, unknown>>;
export type V2Deploy = Readonly<Record<string, unknown>>;

/** Our stages in v0.2's shape: services are nodes before their stage, and there is no publish. */
export function toV2Tree(definitions: readonly StageDefinition[]): V2Tree {
  const nodes: { type: string; node: V2Node }[] = [];
  for (const { name, spec } of definitions) {
    if (spec.kind === 'container') {
      for (const { name: service, ...container } of spec.services) {
        nodes.push({ type: 'service', node: { Name: service, ...toNode(container) } });
      }
      nodes.push({ type: name, node: withoutEmpty({ ...toNode(spec.container), Outputs: spec.outputs }) });
    } else if (spec.kind === 'image_build') {
      const { contextDir: DockerfilePath, dockerfileName: DockerfileName, outputs: Outputs } = spec;
      nodes.push({ type: name, node: withoutEmpty({ DockerfilePath, DockerfileName, Outputs }) });
    }
  }
  const targets = definitions.flatMap(({ spec }) => (spec.kind === 'deploy' ? spec.targets : []));
  return { nodes, deploy: targets.length === 0 ? null : targets.map(toDeploy) };
}

function toNode(spec: ContainerSpec): V2Node {
  const auth = spec.authConfig;
  return withoutEmpty({
    Image: spec.image,
    Pull: spec.pull,
    Privileged: spec.privileged,
    Environment: spec.environment,
    Commands: spec.commands,
    Command: spec.command,
    Entrypoint: spec.entrypoint,
    Volumes: spec.volumes,
    Ports: spec.ports,
    Links: spec.links,
    ExtraHosts: spec.extraHosts,
    DNS: spec.dns,
    Devices: spec.devices,
    Net: spec.net,
    Memory: spec.memLimit,
    CPUSetCPUs: spec.cpuset,
    OomKillDisable: spec.oomKillDisable,
    AuthConfig: auth && {
      Username: auth.username ?? '',
      Password: auth.password ?? '',
      Email: auth.email ?? '',
      RegistryToken: auth.registryToken ?? '',
    },
  });
}

function toDeploy(target: DeployTarget): V2Deploy {
  return {
    ClusterType: target.type,
    ClusterHost: target.host ?? '',
    ClusterToken: target.token ?? '',
    ClusterName: target.cluster ?? '',
    NamespaceName: target.namespace ?? '',
    DeploymentName: target.deployment ?? '',
    Containers: target.containers,
  };
}

/** The dump leaves Go's zero values out. */
function withoutEmpty(node: V2Node): V2Node {
  return Object.fromEntries(
    Object.entries(node).filter(
      ([, value]) =>
        value !== undefined &&
        value !== false &&
        value !== '' &&
        !(Array.isArray(value) && value.length === 0),
    ),
  );
}
