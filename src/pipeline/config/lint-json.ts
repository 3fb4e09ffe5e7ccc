import type { ContainerSpec, DeployTarget, Issue, StageDefinition } from '../model.js';
import type { Config } from './parse.js';

type Json = string | number | boolean | readonly Json[] | { readonly [key: string]: Json };

/**
 * What `cyclone lint --format json` prints: issues, and the stages as they would run. Keys without
 * a value are absent; passwords and tokens never appear. A deploy stage is one entry per target.
 * `options` is what the file adds to a stage, as in StageOptions.
 */
export function toLintJson({ definitions, issues }: Config): { readonly issues: Json; readonly plan: Json } {
  return { issues: issues.map(issueJson), plan: { stages: definitions.flatMap(stageJson) } };
}

function issueJson({ code, severity, message, hint, line, column }: Issue): Json {
  return { code, severity, message, hint, line, column };
}

function stageJson({ name, part, spec, options }: StageDefinition): readonly Json[] {
  // Plain data; an empty list says something there: `needs: []`.
  const head = { name, part, kind: spec.kind, options: options as Json | undefined };
  switch (spec.kind) {
    case 'container': {
      const services = spec.services.map((service) =>
        filled({ name: service.name, ...containerJson(service) }),
      );
      return [filled({ ...head, ...containerJson(spec.container), outputs: spec.outputs, services })];
    }
    case 'image_build': {
      const { kind: _kind, purpose: _purpose, ...build } = spec;
      return [filled({ ...head, ...build })];
    }
    case 'publish':
      return [filled({ ...head, image: spec.image, tags: spec.tags })];
    case 'deploy':
      return spec.targets.map((target) => filled({ ...head, deploy: deployJson(target) }));
  }
}

function containerJson(spec: ContainerSpec): Readonly<Record<string, Json | undefined>> {
  const { authConfig, memLimit, net, cpuset, command, entrypoint, ...rest } = spec;
  return {
    image: rest.image,
    pull: rest.pull,
    privileged: rest.privileged,
    environment: rest.environment,
    commands: rest.commands,
    entrypoint,
    command,
    volumes: rest.volumes,
    ports: rest.ports,
    links: rest.links,
    extraHosts: rest.extraHosts,
    dns: rest.dns,
    devices: rest.devices,
    net,
    memLimit,
    cpuset,
    oomKillDisable: rest.oomKillDisable,
    authConfig: authConfig && filled({ username: authConfig.username, email: authConfig.email }),
  };
}

function deployJson({ type, host, cluster, namespace, deployment, containers }: DeployTarget): Json {
  return filled({ type, host, cluster, namespace, deployment, containers });
}

/** Without the keys that say nothing: undefined, false, empty lists and maps. */
function filled(values: Readonly<Record<string, Json | undefined>>): Json {
  const entries: [string, Json][] = [];
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined || value === false) continue;
    if (typeof value === 'object' && Object.keys(value).length === 0) continue;
    entries.push([key, value]);
  }
  return Object.fromEntries(entries);
}
