import { LABELS } from '../../worker/ports.js';
import type { Client } from './client.js';
import { removeContainer } from './container.js';
import { removeNetwork } from './networks.js';

/** What was made together, before anybody asked for it. */
interface Group {
  readonly worker: string;
  readonly containers: string[];
  readonly networks: { readonly id: string; readonly name: string }[];
  isRunning: boolean;
}

/** As of {@link DockerEngine.removeOrphans}. */
export async function removeOrphans(
  client: Client,
  install: string,
  living: ReadonlySet<string>,
): Promise<boolean> {
  let isLater = false;
  for (const group of await groupsOf(client, install)) {
    if (group.isRunning) continue;
    if (living.has(group.worker)) isLater = true;
    else await removeGroup(client, group);
  }
  return isLater;
}

async function groupsOf(client: Client, install: string): Promise<readonly Group[]> {
  const filters = { label: [`${LABELS.install}=${install}`, LABELS.pool] };
  // Networks first: what joins one that is listed is listed behind it.
  const networks = await client.call((docker) => docker.listNetworks({ filters }));
  const containers = await client.call((docker) => docker.listContainers({ all: true, filters }));
  const groups = new Map<string, Group>();
  const groupOf = (labels: Readonly<Record<string, string>> = {}): Group => {
    const { [LABELS.worker]: worker = '', [LABELS.pool]: name = '' } = labels;
    const key = `${worker} ${name}`;
    const group = groups.get(key) ?? { worker, containers: [], networks: [], isRunning: false };
    groups.set(key, group);
    return group;
  };
  for (const { Id, Name, Labels } of networks) groupOf(Labels).networks.push({ id: Id, name: Name });
  for (const { Id, State, Labels } of containers) {
    const group = groupOf(Labels);
    group.containers.push(Id);
    if (State === 'running') group.isRunning = true;
  }
  return [...groups.values()];
}

async function removeGroup(client: Client, { containers, networks }: Group): Promise<void> {
  for (const { id, name } of networks) {
    // A stage or a service of a job that took it.
    const running = await client.call((docker) =>
      docker.listContainers({ filters: { network: [id, name] } }),
    );
    if (running.length > 0) return;
  }
  await Promise.all(containers.map((id) => removeContainer(client, id)));
  await Promise.all(networks.map((network) => removeNetwork(client, network)));
}
