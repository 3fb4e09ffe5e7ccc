import type { ContainerSpec, RegistryAuth } from '../model.js';
import { risks } from '../policy.js';
import type { PlacedText } from './forms.js';
import { given } from './given.js';
import { error, type Report, warning } from './issues.js';
import { type Found, type Keys, readKeys } from './keys.js';
import { AUTH_KEYS, type CONTAINER_KEYS } from './schema.js';
import type { MapNode } from './tree.js';
import { readVolumes } from './volumes.js';

export type ContainerKeys = Keys<typeof CONTAINER_KEYS>;

/** Docker takes no less (6 MiB since 20.10): `mem_limit: 512` was meant as megabytes. */
const LEAST_MEMORY = 6 * 1024 * 1024;

/** @param image the reference to use, since its absence means something else in every section */
export function readContainer(keys: ContainerKeys, image: string, report: Report): ContainerSpec {
  const spec: ContainerSpec = {
    image,
    pull: keys.pull?.value ?? false,
    environment: readEnvironment(keys.environment?.value ?? [], report),
    commands: texts(keys.commands),
    volumes: readVolumes(keys.volumes?.value ?? [], report),
    ports: texts(keys.ports),
    links: texts(keys.links),
    extraHosts: texts(keys.extra_hosts),
    dns: texts(keys.dns),
    devices: texts(keys.devices),
    oomKillDisable: keys.oom_kill_disable?.value ?? false,
    privileged: keys.privileged?.value ?? false,
    ...given({
      command: filled(texts(keys.command)),
      entrypoint: filled(texts(keys.entrypoint)),
      net: keys.net?.value || undefined,
      memLimit: readMemory(keys.mem_limit, report),
      cpuset: keys.cpuset?.value || undefined,
      authConfig: keys.auth_config && readAuth(keys.auth_config.value, report),
    }),
  };
  warnOfPolicy(keys, spec, report);
  return spec;
}

export function texts(found: Found<readonly PlacedText[]> | undefined): readonly string[] {
  return found?.value.map((item) => item.text) ?? [];
}

/** The image that a section names; an empty one is none, as in v0.2. */
export function imageOf(keys: ContainerKeys): string | undefined {
  return keys.image?.value || undefined;
}

export function warnOfSecret(found: Found<string> | undefined, key: string, report: Report): void {
  if (!found?.value) return;
  report(
    warning(
      'secret-in-file',
      found.at,
      `${key} stands in the file, for everyone who can read the repository and its history`,
      "renew it, and keep it in the server's settings instead",
    ),
  );
}

function filled(list: readonly string[]): readonly string[] | undefined {
  return list.length === 0 ? undefined : list;
}

/** `NAME=value` as written; says of each that is none. */
export function readEnvironment(variables: readonly PlacedText[], report: Report): readonly string[] {
  for (const { text, at } of variables) {
    const equals = text.indexOf('=');
    if (equals === 0 || text === '') {
      report(error('bad-value', at, 'a variable without a name', 'write NAME=value'));
    } else if (equals === -1) {
      report(warning('bad-value', at, `"${text}" has no value`, `write ${text}= for an empty one`));
    }
  }
  return variables.map((variable) => variable.text);
}

function readMemory(found: Found<number> | undefined, report: Report): number | undefined {
  // 0 is "no limit" in Docker.
  if (!found?.value) return undefined;
  if (found.value < LEAST_MEMORY) {
    report(
      warning(
        'bad-value',
        found.at,
        `mem_limit is in bytes, and Docker takes no less than ${LEAST_MEMORY}`,
        `${found.value} MiB would be mem_limit: ${found.value * 1024 * 1024}`,
      ),
    );
  }
  return found.value;
}

function readAuth(map: MapNode, report: Report): RegistryAuth {
  const keys = readKeys(map, AUTH_KEYS, 'auth_config', report);
  warnOfSecret(keys.password, 'password', report);
  warnOfSecret(keys.registry_token, 'registry_token', report);
  return given({
    username: keys.username?.value || undefined,
    password: keys.password?.value || undefined,
    email: keys.email?.value || undefined,
    registryToken: keys.registry_token?.value || undefined,
  });
}

/** What the planner will refuse without trust. Volumes are named by their own reader, each at its place. */
function warnOfPolicy(keys: ContainerKeys, spec: ContainerSpec, report: Report): void {
  const refused = 'refused unless the server trusts this repository';
  const hint = 'ask who runs the server, or do without';
  for (const { key, words } of risks(spec)) {
    const found = key === 'volumes' ? undefined : keys[key];
    if (found !== undefined) report(warning('needs-trust', found.keyAt, `${words}: ${refused}`, hint));
  }
}
