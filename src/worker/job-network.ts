import {
  type Container,
  type Engine,
  EngineRefused,
  EngineUnavailable,
  type Labels,
  type Network,
} from './ports.js';
import { type Adopted, namespaceOf, type Sandboxes } from './sandbox.js';
import type { Strays } from './strays.js';
import type { Logger } from './worker-deps.js';

export interface JobNetworkOptions {
  readonly engine: Pick<Engine, 'network' | 'waiting'>;
  readonly labels: Labels;
  readonly networkName: string;
  /** Whose it is: what was made before bears no label of it. */
  readonly owner: Parameters<Container['assign']>[0];
  /** Those that are ready. Absent: there are none. */
  readonly sandboxes?: Pick<Sandboxes, 'take'> | undefined;
  /** Told of what could not be removed. Absent: it stays. */
  readonly strays?: Pick<Strays, 'add'> | undefined;
  readonly logger: Logger;
}

/** The network of a job, and the namespace on it that its stages share one after the other. */
export class JobNetwork {
  readonly #options: JobNetworkOptions;
  #network: Promise<Network> | undefined;
  /** The same when its walls stand; never before it is there. */
  #walled: Promise<Network> | undefined;
  #waiting: Promise<Container | undefined> | undefined;
  #adopted: (Adopted & { readonly left?: () => Promise<void> }) | undefined;
  #closed = false;

  constructor(options: JobNetworkOptions) {
    this.#options = options;
  }

  /**
   * Taken or made when it is first needed: containers can be made on it from then on, but none may run before it is
   * `walled`. @throws EngineUnavailable behind `close`
   */
  get(): Promise<Network> {
    // Nobody would remove it.
    if (this.#closed) return Promise.reject(new EngineUnavailable('the job has ended'));
    if (this.#network === undefined) {
      const { engine, networkName, labels, sandboxes } = this.#options;
      const ready = sandboxes?.take();
      if (ready === undefined) this.#keep(engine.network(networkName, labels));
      else this.adopt(ready);
    }
    return this.#network ?? Promise.reject(new EngineUnavailable('the job has ended'));
  }

  /** As the network of a container that joins; undefined: nothing waits, it has one of its own. */
  async namespace(): Promise<string | undefined> {
    await this.get();
    const waiting = await this.#waiting;
    return waiting && namespaceOf(waiting);
  }

  /** It is the job's own from now on; `left` is called when it is gone. */
  adopt(adopted: Adopted, left?: () => Promise<void>): void {
    const { network, waiting } = adopted;
    this.#adopted = { ...adopted, ...(left && { left }) };
    this.#keep(Promise.resolve(network), network.renewed());
    if (waiting !== undefined) this.#waiting = this.#assigned(waiting);
  }

  /** When `first` has settled, something begins to wait for all that is made after it. */
  shareAfter(first: Promise<unknown>): void {
    const share = async (): Promise<void> => {
      await first.catch(() => undefined);
      const network = await this.get().catch(() => undefined);
      if (network !== undefined && !this.#closed) this.#waiting ??= this.#wait(network);
    };
    void share();
  }

  /** What is on it may run when this has resolved. Undefined: nobody has needed it. */
  async walled(): Promise<Network | undefined> {
    return await this.#walled;
  }

  /** Nothing new is made. */
  end(): void {
    this.#closed = true;
  }

  /** Removes all, behind `end`: nothing is on it any more but what waits. */
  async close(): Promise<void> {
    if (this.#network === undefined) return;
    try {
      await (this.#adopted?.waiting ?? (await this.#waiting))?.remove();
      await (this.#adopted?.network ?? (await this.#network)).remove();
    } catch (error) {
      const { strays, labels, logger } = this.#options;
      strays?.add(this.#adopted?.labels ?? labels);
      logger.warn({ err: error }, 'network not removed');
    } finally {
      await this.#adopted?.left?.();
    }
  }

  #keep(network: Promise<Network>, walled = network): void {
    for (const awaited of [network, walled]) awaited.catch(() => undefined);
    this.#network = network;
    this.#walled = walled;
  }

  /** Before anything runs in it: whoever takes over the job must find it. */
  async #assigned(waiting: Container): Promise<Container | undefined> {
    try {
      await waiting.assign(this.#options.owner);
      return waiting;
    } catch (error) {
      return this.#without(error);
    }
  }

  async #wait({ name: network }: Network): Promise<Container | undefined> {
    const { engine, networkName, labels } = this.#options;
    try {
      return await engine.waiting({ name: `${networkName}-wait`, labels, network });
    } catch (error) {
      return this.#without(error);
    }
  }

  /** Stages do as well on their own. When the engine is away, they will say so. */
  #without(error: unknown): undefined {
    if (error instanceof EngineRefused || error instanceof EngineUnavailable) {
      this.#options.logger.warn({ err: error }, 'stages of a job share no namespace');
      return undefined;
    }
    throw error;
  }
}
