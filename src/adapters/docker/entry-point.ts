import type { IncomingMessage } from 'node:http';
import { posix } from 'node:path';
import type { ContainerCreate } from '../../worker/ports.js';
import { EngineRefused } from '../../worker/ports.js';
import type { Client } from './client.js';
import { answerOf } from './errors.js';
import type { ImageConfigs } from './image-configs.js';

/** What an image says about its process; as in `docker inspect`. */
interface ImageConfig {
  readonly Entrypoint?: readonly string[] | string | null;
  readonly Cmd?: readonly string[] | null;
  readonly Env?: readonly string[] | null;
  readonly WorkingDir?: string;
}

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Sees whether the program that a container begins with is there. With an init in front, the engine no longer
 * notices: the container starts and ends with 127. The answer for one image and program is remembered.
 */
export function entryPointCheck(
  client: Client,
  configs: ImageConfigs,
): (id: string, spec: ContainerCreate) => Promise<void> {
  const present = new Set<string>();

  return async (id, spec) => {
    const image = await configs(spec.image);
    const config = image.Config as ImageConfig;
    const program = programOf(spec, config);
    // No program at all: the engine has refused at create.
    if (program === undefined || program === '') return;
    const candidates = candidatePaths(program, spec, config);
    const fromImage = spec.mounts.every(({ target }) =>
      candidates.every((path) => path !== target && !path.startsWith(`${target}/`)),
    );
    const key = [image.Id, ...candidates].join('\n');
    if (fromImage && present.has(key)) return;
    const found = await Promise.all(candidates.map((path) => exists(client, id, path)));
    if (!found.includes(true)) throw missing(program, spec);
    if (fromImage) present.add(key);
  };
}

function programOf(spec: ContainerCreate, image: ImageConfig): string | undefined {
  if (spec.entrypoint !== undefined && spec.entrypoint.length > 0) return spec.entrypoint[0];
  // An entry point given with the container takes the image's command out; an empty one only its entry point.
  const own = typeof image.Entrypoint === 'string' ? [image.Entrypoint] : (image.Entrypoint ?? []);
  const entry = spec.entrypoint === undefined ? own : [];
  return [...entry, ...(spec.command ?? image.Cmd ?? [])][0];
}

function candidatePaths(program: string, spec: ContainerCreate, image: ImageConfig): readonly string[] {
  const directory = posix.resolve('/', spec.workingDir ?? image.WorkingDir ?? '/');
  if (program.includes('/')) return [posix.resolve(directory, program)];
  const environment = [...(image.Env ?? []), ...spec.environment];
  const path =
    environment.findLast((entry) => entry.startsWith('PATH='))?.slice('PATH='.length) ?? DEFAULT_PATH;
  return path.split(':').map((entry) => posix.resolve(directory, entry, program));
}

async function exists(client: Client, id: string, path: string): Promise<boolean> {
  try {
    const head = (await client.call((docker) =>
      docker.getContainer(id).infoArchive({ path }),
    )) as IncomingMessage;
    head.resume();
    return true;
  } catch (error) {
    if (answerOf(error)?.status === 404) return false;
    // A loop of links and the like: let the start say it.
    if (answerOf(error)) return true;
    throw error;
  }
}

function missing(program: string, spec: ContainerCreate): EngineRefused {
  const image = spec.imageName ?? spec.image;
  if (program === '/bin/sh') {
    return new EngineRefused('no_shell', `the image ${image} has no /bin/sh to run commands with`);
  }
  return new EngineRefused('container', `the program "${program}" is not in the image ${image}`);
}
