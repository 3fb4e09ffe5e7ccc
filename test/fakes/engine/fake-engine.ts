import { existsSync } from 'node:fs';
import { BARE } from '../../../src/worker/bare-container.js';
import {
  type Container,
  type ContainerCreate,
  type Engine,
  type EngineInfo,
  EngineRefused,
  EngineUnavailable,
  type ImageBuild,
  type ImageInfo,
  LABELS,
  type Labels,
  type Network,
} from '../../../src/worker/ports.js';
import { FakeContainer, impossible, type Program } from './fake-container.js';

export interface FakeImage extends ImageInfo {
  readonly local: boolean;
  readonly hasShell: boolean;
  readonly health: 'healthy' | 'unhealthy' | 'exited';
  readonly labels: Labels;
}

export interface FakeEngineOptions {
  /** What containers do, by the role in their name (`integration`, `db`); default: exit 0. */
  readonly programs?: Readonly<Record<string, Program>>;
  /** Images of the registry, beside `alpine`. */
  readonly images?: Readonly<Record<string, Partial<FakeImage>>>;
  readonly archive?: (path: string) => AsyncIterable<Buffer> | undefined;
  readonly build?: (build: ImageBuild, log: Parameters<Engine['build']>[2]) => Promise<void>;
  /** Awaited by every pull. */
  readonly registry?: () => Promise<void>;
}

/**
 * An engine that does what a test scripts, writes down what it was asked for (`create integration`,
 * `go integration`, …), and refuses what the real one could not do.
 */
export class FakeEngine implements Engine {
  readonly journal: string[] = [];
  readonly containers = new Map<string, FakeContainer>();
  readonly networks = new Map<string, Labels>();
  /** By their ids: those that only wait. */
  readonly waits = new Map<string, FakeContainer>();
  readonly images = new Map<string, FakeImage>();
  /** Reference → digest in the registry. */
  readonly registry = new Map<string, string>();
  away = false;
  readonly #options: FakeEngineOptions;
  #next = 1;

  constructor(options: FakeEngineOptions = {}) {
    this.#options = options;
    for (const [name, image] of Object.entries({ alpine: {}, ...options.images }))
      this.#addImage(name, image);
  }

  info(): Promise<EngineInfo> {
    return this.#call('info', () => ({
      version: '29.0.0',
      apiVersion: '1.52',
      os: 'linux',
      architecture: 'amd64',
      cores: 2,
      memory: 8 * 1024 ** 3,
      warnings: [],
    }));
  }

  ping(): Promise<void> {
    return this.#call('ping', () => undefined);
  }

  image(reference: string): Promise<ImageInfo | undefined> {
    return this.#call(`image ${reference}`, () => this.#find(reference));
  }

  async pull(
    reference: string,
    options: { always: boolean; signal: AbortSignal; log: (line: string) => void },
  ): Promise<ImageInfo> {
    this.#record(`pull ${reference}`);
    await this.#options.registry?.();
    options.signal.throwIfAborted();
    options.log(`pulling ${reference}`);
    const image = this.images.get(reference);
    if (image === undefined) throw new EngineRefused('image', `${reference}: manifest unknown`);
    this.images.set(reference, { ...image, local: true });
    return image;
  }

  network(name: string, labels: Labels): Promise<Network> {
    return this.#call('network', () => {
      if (this.networks.has(name)) impossible('two networks of one name');
      this.networks.set(name, labels);
      const made: Network = {
        id: `n${this.#next++}`,
        name,
        open: [],
        renewed: () => this.#call('renew network', () => made),
        remove: () => this.#removeNetwork(name),
      };
      return made;
    });
  }

  container(spec: ContainerCreate): Promise<FakeContainer> {
    const role = roleOf(spec.name);
    return this.#call(`create ${role}`, () => {
      const image = this.#find(spec.image);
      if (image === undefined) return impossible(`a container of ${spec.image}, which is not local`);
      if (this.containers.has(spec.name)) impossible('two containers of one name');
      if (!this.#isThere(spec.network)) {
        impossible(`a container on network ${String(spec.network)}, which is not there`);
      }
      for (const { source } of spec.mounts)
        if (!existsSync(source)) impossible(`a mount of ${source}, which is not there`);
      const container = new FakeContainer({
        id: `c${this.#next++}`,
        spec,
        program: this.#options.programs?.[role] ?? (() => 0),
        hasShell: image.hasShell,
        health: image.health,
        archive: (path) => this.#options.archive?.(path),
        journal: (event) => this.journal.push(`${event} ${role}`),
        isAway: () => this.away,
        onRemoved: () => this.containers.delete(spec.name),
      });
      this.containers.set(spec.name, container);
      return container;
    });
  }

  async waiting({ name, labels, network }: Parameters<Engine['waiting']>[0]): Promise<Container | undefined> {
    const waiting = await this.#call('wait', () => {
      if (!this.#isThere(network))
        impossible(`a container on network ${String(network)}, which is not there`);
      const id = `c${this.#next++}`;
      const made = new FakeContainer({
        id,
        spec: { ...BARE, ...WAITING, name, labels, ...(network !== undefined && { network }) },
        program: () => 0,
        hasShell: true,
        health: 'healthy',
        archive: () => undefined,
        journal: (event) => this.journal.push(`${event} wait`),
        isAway: () => this.away,
        onRemoved: () => this.waits.delete(id),
      });
      this.waits.set(id, made);
      return made;
    });
    await waiting.start();
    return waiting;
  }

  async build(
    build: ImageBuild,
    signal: AbortSignal,
    log: Parameters<Engine['build']>[2],
  ): Promise<ImageInfo> {
    this.#record(`build ${build.tag}`);
    for await (const chunk of build.context)
      if (!Buffer.isBuffer(chunk)) impossible('a context that is no bytes');
    await this.#options.build?.(build, log);
    signal.throwIfAborted();
    return this.#addImage(build.tag, {
      local: true,
      labels: { ...build.imageLabels, ...build.labels },
      id: `sha256:built${this.#next++}`,
    });
  }

  push(id: string, reference: string): Promise<{ digest: string }> {
    return this.#call(`push ${reference}`, () => {
      const image = this.#byId(id) ?? impossible(`a push of ${id}, which is not local`);
      const digest = digestOf(image.id);
      this.images.set(reference, image);
      this.registry.set(reference, digest);
      return { digest };
    });
  }

  published(id: string, reference: string): Promise<string | undefined> {
    return this.#call(`published ${reference}`, () => {
      const image = this.#byId(id);
      const digest = this.registry.get(reference);
      return image !== undefined && digest === digestOf(image.id) ? digest : undefined;
    });
  }

  removeImage(reference: string): Promise<void> {
    return this.#call(`remove image ${reference}`, () => {
      const used = [...this.containers.values()].some(({ spec }) => spec.image === reference);
      if (used) impossible('removal of an image that containers are made of');
      for (const [name, image] of this.images)
        if (name === reference || image.id === reference) this.images.delete(name);
    });
  }

  reap(labels: Labels, { images }: { images: boolean }): Promise<void> {
    return this.#call(images ? 'reap with images' : 'reap', () => {
      for (const container of [...this.containers.values(), ...this.waits.values()]) {
        if (bears(container.spec.labels, labels)) container.removeFromOutside();
      }
      for (const [name, of] of this.networks) if (bears(of, labels)) this.networks.delete(name);
      if (images) {
        for (const [name, image] of this.images) {
          if (bears(image.labels, labels) && image.labels[LABELS.shared] === undefined)
            this.images.delete(name);
        }
      }
    });
  }

  removeShared(): Promise<void> {
    return this.#call('removeShared', () => undefined);
  }

  tidy(): Promise<void> {
    return this.#call('tidy', () => undefined);
  }

  sharesPath(): Promise<boolean> {
    return this.#call('sharesPath', () => true);
  }

  /** The one container whose name says this role. */
  containerOf(role: string): FakeContainer {
    const found = [...this.containers.values()].filter(({ spec }) => roleOf(spec.name) === role);
    return found[0] ?? impossible(`no container of ${role}`);
  }

  #addImage(name: string, image: Partial<FakeImage>): FakeImage {
    const whole: FakeImage = {
      id: `sha256:${name}`,
      hasHealthcheck: false,
      workingDir: '',
      local: false,
      hasShell: true,
      health: 'healthy',
      labels: {},
      ...image,
    };
    this.images.set(name, whole);
    return whole;
  }

  #find(reference: string): FakeImage | undefined {
    const image = this.images.get(reference);
    return image?.local === true ? image : this.#byId(reference);
  }

  #byId(id: string): FakeImage | undefined {
    return [...this.images.values()].find((image) => image.id === id && image.local);
  }

  #isThere(network: string | undefined): boolean {
    if (network === undefined || network === 'host') return true;
    const [, waiting] = network.split('container:');
    if (waiting !== undefined) return this.waits.get(waiting)?.state === 'running';
    return this.networks.has(network);
  }

  #removeNetwork(name: string): Promise<void> {
    return this.#call('remove network', () => {
      const all = [...this.containers.values(), ...this.waits.values()];
      if (all.some(({ spec }) => spec.network === name)) {
        impossible('removal of a network that containers are on');
      }
      this.networks.delete(name);
    });
  }

  async #call<T>(event: string, work: () => T): Promise<T> {
    this.#record(event);
    await Promise.resolve();
    return work();
  }

  #record(event: string): void {
    if (this.away) throw new EngineUnavailable('the engine is away');
    this.journal.push(event);
  }
}

const WAITING = {
  image: 'cyclone/wait',
  environment: [],
  mounts: [],
  limits: { memory: 0, cpus: 0, pids: 0 },
  stdin: true,
};

/** `cyclone-7-integration-0123456789ab` → `integration` */
function roleOf(name: string): string {
  return /^cyclone-\d+-(.*)-[0-9a-f]{12}$/.exec(name)?.[1] ?? name;
}

function digestOf(id: string): string {
  return `sha256:digest-of-${id.slice('sha256:'.length)}`;
}

function bears(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}
