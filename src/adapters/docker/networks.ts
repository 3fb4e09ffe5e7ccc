import { randomBytes, randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Labels, Network } from '../../worker/ports.js';
import { EngineRefused, LABELS } from '../../worker/ports.js';
import type { AddressPool } from './address-pool.js';
import { overlap, subnets } from './address-pool.js';
import type { Client } from './client.js';
import { removeContainer } from './container.js';
import { answerOf, refusal } from './errors.js';
import type { Firewall } from './firewall.js';
import { BRIDGE_PREFIX } from './firewall.js';
import { isOurContainer } from './kind.js';

export interface NetworkContext {
  readonly client: Client;
  readonly install: string;
  readonly firewall: Firewall;
  readonly pool: AddressPool;
}

/** Makes bridges with a subnet of our own pool each. */
export function networkMaker(context: NetworkContext): (name: string, labels: Labels) => Promise<Network> {
  const { client, install, firewall, pool } = context;
  // Other workers of this engine use the same pool: starting anywhere, they seldom meet.
  let next = randomInt(2 ** 20);

  const make = async (name: string, labels: Labels): Promise<string> => {
    for (const subnet of subnets(pool, next)) {
      next += 1;
      try {
        const made = await client.post<{ Id: string }>(
          '/networks/create',
          {},
          { ...bridge(name, subnet), Labels: { ...labels, [LABELS.install]: install } },
        );
        return made.Id;
      } catch (error) {
        // 403 is an overlap, also with a network that is just being made or removed, which no list shows. Of other
        // states the engine says why only in prose; whether the subnet is taken can be looked up.
        const status = answerOf(error)?.status;
        if (status === undefined || (status !== 403 && !(await taken(client, subnet)))) {
          throw refusal('container', error, `network ${name}`);
        }
      }
    }
    throw new EngineRefused('container', `network ${name}: all subnets of ${pool.range} are in use`);
  };

  return async (name, labels) => {
    // At once: the rules go by the bridges' prefix, and nothing is on this one before both are there.
    const [open, id] = await Promise.all([firewall.ensure(), make(name, labels)]);
    const network: Network = {
      id,
      name,
      open,
      renewed: async () => ({ ...network, open: await firewall.ensure() }),
      remove: () => removeNetwork(client, { id, name }),
    };
    return network;
  };
}

function bridge(name: string, subnet: string): object {
  return {
    Name: name,
    CheckDuplicate: true,
    Driver: 'bridge',
    EnableIPv6: false,
    IPAM: { Driver: 'default', Config: [{ Subnet: subnet }] },
    Options: { 'com.docker.network.bridge.name': `${BRIDGE_PREFIX}${randomBytes(4).toString('hex')}` },
  };
}

async function taken(client: Client, subnet: string): Promise<boolean> {
  const networks = await client.call((docker) => docker.listNetworks());
  return networks
    .flatMap((network) => network.IPAM?.Config ?? [])
    .some(({ Subnet }) => Subnet !== undefined && overlap(subnet, Subnet));
}

/** A container that is just being started, or removed by someone else, is gone within moments. */
const REMOVE_TRIES = 40;
const REMOVE_PAUSE_MS = 250;

/**
 * Removes a network with every container that is on it: among them those that the engine itself made for a
 * build, which bear no labels of ours. Gone already is as good.
 */
export async function removeNetwork(
  client: Client,
  { id, name }: { readonly id: string; readonly name: string },
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await client.call((docker) => docker.getNetwork(id).remove());
      return;
    } catch (error) {
      const status = answerOf(error)?.status;
      if (status === 404) return;
      if (status === undefined || tries === REMOVE_TRIES) throw error;
    }
    if (tries > 1) await sleep(REMOVE_PAUSE_MS);
    await removeInhabitants(client, { id, name });
  }
}

/** Removes every container that is on a network or will be when it starts. */
async function removeInhabitants(client: Client, network: Place): Promise<void> {
  const inhabitants = await inhabitantsOf(client, network);
  await Promise.all(inhabitants.map(({ Id }) => removeContainer(client, Id)));
}

/** … those that the engine itself made there, for a build. Our own labels an image may hand on, but not what we are. */
export async function removeStrangers(client: Client, network: Place): Promise<void> {
  const inhabitants = await inhabitantsOf(client, network);
  const strangers = inhabitants.filter(({ Labels }) => !isOurContainer(Labels));
  await Promise.all(strangers.map(({ Id }) => removeContainer(client, Id)));
}

type Place = Pick<Network, 'id' | 'name'>;

async function inhabitantsOf(client: Client, { id, name }: Place) {
  // By name too: one that has not started yet knows its network by that alone.
  return await client.call((docker) =>
    docker.listContainers({ all: true, filters: { network: [id, name] } }),
  );
}
