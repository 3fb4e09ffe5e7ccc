import { JobNetwork, type JobNetworkOptions } from './job-network.js';
import {
  type Container,
  type ContainerCreate,
  type Engine,
  EngineUnavailable,
  type Network,
} from './ports.js';
import type { Adopted } from './sandbox.js';

export interface ResourcesOptions extends JobNetworkOptions {
  readonly engine: Engine;
}

/** What one owner of a job holds in the engine, so that nothing of it outlives the job. */
export class Resources {
  readonly #options: ResourcesOptions;
  readonly #containers = new Set<Container>();
  readonly #removals = new Set<Promise<void>>();
  readonly #parts: Resources[] = [];
  readonly #network: JobNetwork;
  #whole: Resources | undefined;
  #closing: Promise<void> | undefined;
  /** Something could not be removed. */
  #isLeft = false;

  constructor(options: ResourcesOptions, network = new JobNetwork(options)) {
    this.#options = options;
    this.#network = network;
  }

  /** What can be closed by itself, on the same network; closes with the whole. */
  part(): Resources {
    const part = new Resources(this.#options, this.#network);
    part.#whole = this;
    if (this.#closing !== undefined) part.#closing = this.#closing;
    this.#parts.push(part);
    return part;
  }

  /** The network of the run on this engine, walled; made when it is first needed. @throws EngineUnavailable behind `close` */
  async network(): Promise<Network> {
    const network = await this.#network.get();
    return (await this.#network.walled()) ?? network;
  }

  /** The same for what `create` makes: it sees to the walls. */
  async networkName(): Promise<string> {
    return (await this.#network.get()).name;
  }

  /** As the network of a container that joins the stages before it; undefined: it has a namespace of its own. */
  namespace(): Promise<string | undefined> {
    return this.#network.namespace();
  }

  /** When `first` has settled: the containers that are made later share a namespace, if they can. */
  shareAfter(first: Promise<unknown>): void {
    this.#network.shareAfter(first);
  }

  async create(spec: Omit<ContainerCreate, 'labels'>): Promise<Container> {
    if (this.#closing !== undefined) throw new EngineUnavailable('the job has ended');
    const walled = this.#network.walled();
    walled.catch(() => undefined);
    const container = await this.#options.engine.container({ ...spec, labels: this.#options.labels });
    if (this.#closing !== undefined) {
      // The job ended while the engine was at it: nobody else knows this container.
      await container.remove();
      throw new EngineUnavailable('the job has ended');
    }
    this.#containers.add(container);
    // Whoever has it may start it.
    await walled;
    return container;
  }

  /** A network that was made before the job is its own from now on; `left` is called when it is gone. */
  adoptNetwork(adopted: Adopted, left: () => Promise<void>): void {
    this.#network.adopt(adopted, left);
  }

  /** A container that was made before, or that the whole has, is this part's from now on. @throws EngineUnavailable behind `close` */
  adoptContainer(container: Container): void {
    if (this.#closing !== undefined) throw new EngineUnavailable('the job has ended');
    if (this.#whole !== undefined) this.#whole.#containers.delete(container);
    this.#containers.add(container);
  }

  /** Removes behind: the next stage does not wait for it, `close` does. Safe twice. */
  drop(container: Container): void {
    if (!this.#containers.delete(container)) return;
    this.#behind('container not removed', () => container.remove());
  }

  /** Removes an image behind, and first the container that was made of it. */
  dropImage(image: string, container?: Container): void {
    if (container !== undefined) this.#containers.delete(container);
    this.#behind('image not removed', async () => {
      await container?.remove();
      await this.#options.engine.removeImage(image);
    });
  }

  #behind(failed: string, work: () => Promise<void>): void {
    const removal = work().catch((error: unknown) => {
      this.#left();
      this.#options.logger.warn({ err: error }, failed);
    });
    this.#removals.add(removal);
    void removal.finally(() => this.#removals.delete(removal));
  }

  #left(): void {
    if (this.#whole === undefined) this.#isLeft = true;
    else this.#whole.#left();
  }

  /** What stages can reach on the network that they should not, in words. */
  async open(): Promise<readonly string[]> {
    return (await this.#network.walled())?.open ?? [];
  }

  /** Removes all. Safe twice; a container that is being created is removed when it comes. */
  close(): Promise<void> {
    if (this.#whole === undefined) this.#network.end();
    this.#closing ??= this.#removeAll();
    return this.#closing;
  }

  async #removeAll(): Promise<void> {
    for (const container of this.#containers) this.drop(container);
    await Promise.all([...this.#removals, ...this.#parts.map((part) => part.close())]);
    if (this.#whole !== undefined) return;
    await this.#network.close();
    // Not before: what runs bears the same labels.
    if (this.#isLeft) this.#options.strays?.add(this.#options.labels);
  }
}
