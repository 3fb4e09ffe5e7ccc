import { EngineUnavailable } from '../../worker/ports.js';
import { engineAddress } from './address.js';
import { type Client, connect } from './client.js';
import { removeContainer } from './container.js';
import { demultiplex } from './demultiplex.js';
import { answerOf, refusal } from './errors.js';

/** What Docker Hub calls images that hold a `redis-server`. */
const REPOSITORIES = ['redis', 'valkey/valkey'];

/**
 * Its directory, on the container of a data directory's own Redis. It bears none of the labels by which
 * workers reap: it outlives a process that was killed, and the next one finds it.
 */
const LABEL = 'cyclone.redis';

/** Official images have it in /usr/local/bin, those made of a distribution's package in /usr/bin. */
const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

interface RedisContainer {
  readonly name: string;
  /** Absolute; the first holds its files. */
  readonly directories: readonly string[];
  readonly arguments: readonly string[];
}

/** A Redis on the engine, for a machine without redis-server. Nothing is asked of the engine before a call. */
export function redisContainers(dockerHost: string | undefined) {
  let known: Client | undefined;
  const client = (): Client => (known ??= connect(engineAddress(dockerHost)));
  return {
    /**
     * @returns false when no engine answers or none of its images is a Redis
     * @throws EngineRefused
     */
    async start(spec: RedisContainer): Promise<boolean> {
      const image = await orWithoutEngine(newestImage(client()));
      if (image === undefined) return false;
      await removeContainer(client(), spec.name);
      try {
        await client().post('/containers/create', { name: spec.name }, containerOf(image, spec));
        await client().call((docker) => docker.getContainer(spec.name).start());
        return true;
      } catch (error) {
        await removeContainer(client(), spec.name);
        throw refusal('container', error);
      }
    },

    /** What it has printed, once it is over; undefined while it runs. */
    async over(name: string): Promise<string | undefined> {
      try {
        const { State } = await client().call((docker) => docker.getContainer(name).inspect());
        return State.Running ? undefined : await output(client(), name);
      } catch (error) {
        if (answerOf(error)?.status !== 404) throw error;
        return '';
      }
    },

    /** Gone already, or no engine, is as good. */
    async remove(name: string): Promise<void> {
      await orWithoutEngine(removeContainer(client(), name));
    },
  };
}

async function newestImage(client: Client): Promise<string | undefined> {
  const images = await client.call((docker) => docker.listImages({ filters: { reference: REPOSITORIES } }));
  return images.toSorted((a, b) => b.Created - a.Created)[0]?.Id;
}

function containerOf(image: string, { directories, arguments: command }: RedisContainer): object {
  const user = `${String(process.getuid?.() ?? 0)}:${String(process.getgid?.() ?? 0)}`;
  return {
    Image: image,
    Labels: { [LABEL]: directories[0] ?? '' },
    // Past the image's own entry point, which would change the owner of our files.
    Entrypoint: ['redis-server'],
    Cmd: command,
    Env: [PATH],
    User: user,
    WorkingDir: '/',
    HostConfig: {
      // It is reached by its socket.
      NetworkMode: 'none',
      Mounts: directories.map((directory) => ({ Type: 'bind', Source: directory, Target: directory })),
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges:true'],
      LogConfig: { Type: 'json-file', Config: { 'max-size': '1m' } },
    },
  };
}

async function output(client: Client, name: string): Promise<string> {
  const log = await client.call((docker) =>
    docker.getContainer(name).logs({ stdout: true, stderr: true, tail: 20 }),
  );
  const chunks: Buffer[] = [];
  for await (const { bytes } of demultiplex(one(log))) chunks.push(bytes);
  return Buffer.concat(chunks).toString();
}

async function* one(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

async function orWithoutEngine<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof EngineUnavailable) return undefined;
    throw error;
  }
}
