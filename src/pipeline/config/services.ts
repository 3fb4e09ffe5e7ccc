import type { ServiceSpec } from '../model.js';
import { type ContainerKeys, imageOf, readContainer } from './container.js';
import { placeOf } from './forms.js';
import { error, type Report, type Span, warning } from './issues.js';
import { readKeys } from './keys.js';
import { CONTAINER_KEYS } from './schema.js';
import type { Entry, MapNode } from './tree.js';

/** What a name can be for others on the network to resolve it, and for Docker to take it. */
const SERVICE_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$/;

/** Each is a container that runs as long as its stage does. */
const MAX_SERVICES = 50;

export interface Services {
  readonly specs: readonly ServiceSpec[];
  /** Where each names its image, for issues about it. */
  readonly images: readonly { readonly image: string; readonly at: Span }[];
}

/** Services in the order of the file. */
export function readServices(map: MapNode, report: Report): Services {
  const tooMany = map.entries[MAX_SERVICES];
  if (tooMany !== undefined) {
    report(error('too-many', tooMany.keyAt, `more than ${MAX_SERVICES} services`, 'leave some out'));
  }
  const read = map.entries
    .slice(0, MAX_SERVICES)
    .map((entry) => readService(entry, map, report))
    .filter((service) => service !== undefined);
  return {
    specs: read.map((service) => service.spec),
    images: read.map((service) => ({ image: service.spec.image, at: service.at })),
  };
}

/** Links to services that do not exist: Docker would have failed on them. */
export function warnOfLinks(keys: ContainerKeys, services: MapNode | undefined, report: Report): void {
  const names = (services?.entries ?? []).slice(0, MAX_SERVICES).map((entry) => entry.key);
  for (const { text, at } of keys.links?.value ?? []) {
    const [target = ''] = text.split(':');
    if (names.includes(target)) continue;
    const hint = names.length === 0 ? 'add it to services' : `there are ${names.join(', ')}`;
    report(
      warning('unknown-service', at, `"${target}" is no service of this stage: the stage will fail`, hint),
    );
  }
}

function readService(
  entry: Entry,
  siblings: MapNode,
  report: Report,
): { spec: ServiceSpec; at: Span } | undefined {
  const { key: name, keyAt, value } = entry;
  if (!SERVICE_NAME.test(name)) {
    report(
      error('bad-value', keyAt, 'this is no name for a service', 'use letters, digits, "_", "." and "-"'),
    );
  }
  if (value.kind !== 'map' && value.kind !== 'null') {
    report(
      error(
        'wrong-type',
        placeOf(entry),
        `service ${name} is a map of keys`,
        'write "image: …" below it, indented',
      ),
    );
    return undefined;
  }
  const map: MapNode = value.kind === 'map' ? value : { kind: 'map', entries: [], at: keyAt, weight: 0 };
  const keys = readKeys(map, CONTAINER_KEYS, `service ${name}`, report);
  if (keys.commands !== undefined) {
    report(
      warning(
        'changed-behaviour',
        keys.commands.keyAt,
        `the commands of service ${name} run; Cyclone v0.2 ignored them`,
        'take them out when the image starts the service by itself',
      ),
    );
  }
  warnOfLinks(keys, siblings, report);
  // v0.2: a service without an image bears the name of its image.
  const container = readContainer(keys, imageOf(keys) ?? name, report);
  return { spec: { name, ...container }, at: keys.image?.at ?? keyAt };
}
