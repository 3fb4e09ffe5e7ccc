import type { ContainerStage } from '../pipeline/model.js';
import { StageFailed } from './stage-failed.js';

/**
 * The names by which each service is reached: its own, and the aliases of all links to it.
 * They hold on the whole network, so that one alias cannot mean two services.
 * @throws StageFailed `service`
 */
export function serviceNames(stage: ContainerStage): ReadonlyMap<string, readonly string[]> {
  const owners = new Map(stage.services.map(({ name }) => [name, name]));
  const names = new Map(stage.services.map(({ name }) => [name, [name]]));
  for (const link of [stage.container, ...stage.services].flatMap(({ links }) => links)) {
    const [service = '', alias = service] = link.split(':');
    const known = names.get(service);
    if (known === undefined) {
      const there = names.size === 0 ? 'there are none' : `there is ${[...names.keys()].join(', ')}`;
      throw new StageFailed('service', `link ${link}: no service of that name (${there})`);
    }
    const owner = owners.get(alias);
    if (owner === service) continue;
    if (owner !== undefined) {
      throw new StageFailed('service', `link ${link}: ${alias} is already the name of service ${owner}`);
    }
    owners.set(alias, service);
    known.push(alias);
  }
  return names;
}
