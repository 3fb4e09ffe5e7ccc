import { createNonce } from './nonce.js';
import {
  type Container,
  type ContainerCreate,
  type Engine,
  LABELS,
  type Labels,
  type Network,
} from './ports.js';

/** What is made before its job is there. */
export interface Early {
  /** No other has it. */
  readonly name: string;
  /** All of it bears these, and nothing else does. */
  readonly labels: Labels;
}

/** A network, and in it a container that only waits: others can join its namespace. */
export interface Sandbox extends Pick<Early, 'labels'> {
  readonly network: Network;
  readonly waiting: Container;
}

/** A network that was made before the job, perhaps with what waits in it. */
export type Adopted = Pick<Sandbox, 'network' | 'labels'> & { readonly waiting?: Container | undefined };

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

/** Known before the engine is asked: it may make what we never hear of. */
export function nameEarly(
  of: 'sandbox' | 'pool',
  { install, workerId }: { readonly install: string; readonly workerId: string },
): Early {
  const name = `cyclone-${of}-${createNonce().slice(0, 12)}`;
  return { name, labels: { [LABELS.install]: install, [LABELS.worker]: workerId, [LABELS.pool]: name } };
}

/** Where this engine has no containers that wait, a network alone. @throws EngineRefused, EngineUnavailable; perhaps some of it is there then */
export async function makeSandbox(
  engine: Pick<Engine, 'network' | 'waiting'>,
  { name, labels }: Early,
): Promise<Adopted> {
  const network = await engine.network(name, labels);
  const waiting = await engine.waiting({ name: `${name}-wait`, labels, network: network.name });
  return { network, waiting, labels };
}

/** Safe twice. What has joined it is removed before. */
export async function removeSandbox({ network, waiting }: Adopted): Promise<void> {
  await waiting?.remove();
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
