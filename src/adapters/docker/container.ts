import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { ContainerCreateOptions } from 'dockerode';
import type { Container, ContainerCreate, ExitState, Output } from '../../worker/ports.js';
import { EngineRefused } from '../../worker/ports.js';
import { type Assignment, assignedName } from './assigned.js';
import type { Client, EngineVersion } from './client.js';
import { containerConfig } from './container-config.js';
import { demultiplex } from './demultiplex.js';
import { answerOf, reach, reachStream, refusal, unless } from './errors.js';
import type { ContainerEvents } from './events.js';
import { health } from './health.js';

/** What every container of one engine shares. */
export interface ContainerContext {
  readonly client: Client;
  readonly install: string;
  readonly events: ContainerEvents;
  /** Rejects with EngineRefused when the program that the container begins with does not exist. */
  readonly checkEntryPoint: (id: string, spec: ContainerCreate) => Promise<void>;
}

type Change = (config: ContainerCreateOptions) => ContainerCreateOptions;

/**
 * Creates a container with everything in place before it may start: its output attached and its exit waited for.
 * Either one later loses: output before an attach is gone, and a wait after the exit waits for the next one.
 * @param changed what differs from the container of a stage
 */
export async function createContainer(
  context: ContainerContext,
  spec: ContainerCreate,
  changed: Change = (config) => config,
): Promise<Container> {
  const { client } = context;
  const id = await create(context, await client.version(), spec, changed);
  const entryPoint = context.checkEntryPoint(id, spec);
  entryPoint.catch(() => {});
  try {
    const [attached, waiting] = await Promise.all([
      client.call((docker) =>
        docker
          .getContainer(id)
          .attach({ stream: true, stdin: spec.stdin, stdout: true, stderr: true, hijack: true }),
      ),
      // Its head comes when the wait stands, its body when the container has ended.
      client.open(`/containers/${id}/wait`, { condition: 'next-exit' }),
    ]);
    return new DockerContainer(context, id, entryPoint, attached as Socket, waiting);
  } catch (error) {
    await removeContainer(client, id);
    throw error;
  }
}

async function create(
  { client, install }: ContainerContext,
  { init }: EngineVersion,
  spec: ContainerCreate,
  changed: Change,
): Promise<string> {
  try {
    const config = changed(containerConfig(spec, { install, init }));
    const created = await client.post<{ Id: string }>('/containers/create', { name: spec.name }, config);
    return created.Id;
  } catch (error) {
    // Of all that a container is made of, only its image is looked up here.
    const code = answerOf(error)?.status === 404 ? 'image' : 'container';
    throw refusal(code, error, spec.imageName);
  }
}

/** Kills and removes with volumes; gone already is as good. */
export async function removeContainer(client: Client, id: string): Promise<void> {
  try {
    await client.call((docker) => docker.getContainer(id).remove({ force: true, v: true }));
  } catch (error) {
    const status = answerOf(error)?.status;
    if (status === 404) return;
    if (status !== 409) throw error;
    // Someone else is at it: wait until they are done.
    await unless(
      [404],
      client.call((docker) => docker.getContainer(id).wait({ condition: 'removed' })),
    );
  }
}

class DockerContainer implements Container {
  readonly id: string;
  readonly #context: ContainerContext;
  readonly #entryPoint: Promise<void>;
  readonly #socket: Socket;
  readonly #exit: Promise<{ StatusCode: number }>;
  #state: Promise<ExitState> | undefined;
  #reading = false;
  /** We remove it ourselves: its absence is not news. */
  #removing = false;

  constructor(
    context: ContainerContext,
    id: string,
    entryPoint: Promise<void>,
    socket: Socket,
    waiting: IncomingMessage,
  ) {
    this.#context = context;
    this.id = id;
    this.#entryPoint = entryPoint;
    this.#socket = socket;
    // Nobody may be reading when the connection breaks; whoever reads is told by the iterator.
    this.#socket.on('error', () => {});
    this.#exit = reach(json<{ StatusCode: number }>(waiting));
    this.#exit
      .catch(() => {})
      // What is left of the output can still be read, but it alone does not keep the process alive.
      .finally(() => socket.unref());
  }

  async start(): Promise<void> {
    await this.#entryPoint;
    try {
      await this.#context.client.call((docker) => docker.getContainer(this.id).start());
    } catch (error) {
      throw refusal('container', error);
    }
  }

  output(): AsyncIterable<Output> {
    this.#reading = true;
    return reachStream(this.#read());
  }

  async *#read(): AsyncGenerator<Output> {
    yield* demultiplex(this.#socket as AsyncIterable<Buffer>);
    // An engine that goes away closes the connection as politely as a container that ends: the wait knows, but not
    // before the engine has tidied up behind the container.
    if (!this.#removing) await this.#exit;
  }

  /** Input that a container which has ended no longer takes is dropped: `exited` tells of its end. */
  async write(data: string): Promise<void> {
    if (!this.#socket.writable) return;
    await new Promise<void>((resolve) => {
      this.#socket.write(data, () => resolve());
    });
  }

  async assign(job: Assignment): Promise<void> {
    try {
      await this.#context.client.call((docker) =>
        docker.getContainer(this.id).rename({ name: assignedName(job, this.id) }),
      );
    } catch (error) {
      throw refusal('container', error);
    }
  }

  exited(): Promise<ExitState> {
    this.#state ??= this.#exitState();
    return this.#state;
  }

  async #exitState(): Promise<ExitState> {
    const { StatusCode: exitCode } = await this.#exit;
    try {
      const { State } = await this.#context.client.call((docker) => docker.getContainer(this.id).inspect());
      const going = ['removing', 'dead'].includes(State.Status);
      return { exitCode, oomKilled: State.OOMKilled, removed: going && !this.#removing };
    } catch (error) {
      if (answerOf(error)?.status !== 404) throw error;
      return { exitCode, oomKilled: false, removed: !this.#removing };
    }
  }

  healthy(signal: AbortSignal): Promise<'healthy' | 'unhealthy' | 'exited'> {
    return health(this.#context, this.id, signal);
  }

  async kill(): Promise<void> {
    // 409: it does not run.
    await unless(
      [404, 409],
      this.#context.client.call((docker) => docker.getContainer(this.id).kill()),
    );
  }

  async archive(path: string): Promise<AsyncIterable<Buffer>> {
    try {
      const tar = await this.#context.client.call((docker) =>
        docker.getContainer(this.id).getArchive({ path }),
      );
      return reachStream(tar as AsyncIterable<Buffer>);
    } catch (error) {
      if (answerOf(error)?.status !== 404) throw refusal('container', error);
      throw new EngineRefused('container', `${path} does not exist in the container`, { cause: error });
    }
  }

  async remove(): Promise<void> {
    this.#removing = true;
    await removeContainer(this.#context.client, this.id);
    // A reader gets what was still on its way; without one the connection would stay for ever.
    if (!this.#reading) this.#socket.destroy();
  }
}

async function json<T>(stream: AsyncIterable<Buffer>): Promise<T> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString()) as T;
}
