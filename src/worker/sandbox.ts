import { type Container, type ContainerCreate, type Engine, type Labels, type Network } from './ports.js';

/** A network, and in it a container that only waits: others can join its namespace. */
export interface Sandbox {
  readonly network: Network;
  readonly waiting: Container;
}

/** A network that was made before the job, perhaps with what waits in it. */
export type Adopted = Pick<Sandbox, 'network'> & { readonly waiting?: Container | undefined };

/** Sandboxes that stand ready: nothing of a repository, a trust or a secret is in them, each is for one job. */
export interface Sandboxes {
  /** It is the caller's to use and to remove. Undefined: none is ready. */
  take(): Sandbox | undefined;
  /** The machine has time to make those that are missing. Nobody waits for it. */
  refill(): void;
  /** So many are ready. */
  readonly ready: () => number;
  /** Resolves when nothing of them is left in the engine. None is made after it. */
  close(): Promise<void>;
}

/** Undefined: this engine has no containers that wait. @throws EngineRefused, EngineUnavailable; nothing is left then */
export async function makeSandbox(
  engine: Pick<Engine, 'network' | 'waiting'>,
  name: string,
  labels: Labels,
): Promise<Sandbox | undefined> {
  const network = await engine.network(name, labels);
  try {
    const waiting = await engine.waiting({ name: `${name}-wait`, labels, network: network.name });
    if (waiting !== undefined) return { network, waiting };
  } catch (error) {
    await network.remove();
    throw error;
  }
  await network.remove();
  return undefined;
}

/** Safe twice. What has joined it is removed before. */
export async function removeSandbox({ network, waiting }: Sandbox): Promise<void> {
  await waiting.remove();
  await network.remove();
}

/** As the network of a container that is to be in the other one's namespace. */
export function namespaceOf({ id }: Pick<Container, 'id'>): string {
  return `container:${id}`;
}

/**
 * Whether a container of the job's own network can do in a namespace that is shared with the stages before and behind
 * it. Names and ports are given to a namespace when it is made, and the engine refuses them for a container that
 * joins one; what a privileged container makes of its interfaces, routes and rules must go with it.
 */
export function canJoin(
  container: Pick<ContainerCreate, 'aliases' | 'links' | 'extraHosts' | 'dns' | 'publish' | 'privileged'>,
): boolean {
  const { aliases, links, extraHosts, dns, publish, privileged } = container;
  return !privileged && [aliases, links, extraHosts, dns, publish].every(({ length }) => length === 0);
}
