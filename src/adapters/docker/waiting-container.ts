import { createHash } from 'node:crypto';
import type { ContainerCreateOptions } from 'dockerode';
import type { Container, ContainerCreate } from '../../worker/ports.js';
import type { Client } from './client.js';
import { type ContainerContext, createContainer } from './container.js';
import { inspectImage } from './images.js';
import { importImage } from './import-image.js';
import { createTurns } from './turns.js';
import { waitingProgram } from './waiting-program.js';

export type WaitingCreate = Pick<ContainerCreate, 'name' | 'labels' | 'network'>;

const PROGRAM = '/wait';

/** More than the engine's own program takes before it becomes ours, which has one thread and 4 KiB. */
const LIMITS = { memory: 32 * 1024 * 1024, cpus: 0, pids: 32 };

/** Makes and starts containers that do nothing but be on a network. Undefined: not on this engine. */
export function waitingMaker(
  context: ContainerContext,
): (spec: WaitingCreate) => Promise<Container | undefined> {
  const { client } = context;
  const turns = createTurns();
  // Its only program is the image's only file.
  const unchecked = { ...context, checkEntryPoint: () => Promise.resolve() };

  return async (spec) => {
    const { architecture, init } = await client.version();
    const program = waitingProgram(architecture);
    // Without an init nobody in a container would notice when all of a stage is dead.
    if (program === undefined || !init) return undefined;
    const image = `cyclone/wait:${createHash('sha256').update(program).digest('hex').slice(0, 12)}`;
    // One at a time: the import of an image that is there makes another one and leaves the first without a name.
    await turns(image, () => bringImage(client, image, program));
    const container = await createContainer(unchecked, waiting(spec, image), strict);
    try {
      await container.start();
      return container;
    } catch (error) {
      await container.remove();
      throw error;
    }
  };
}

function waiting(spec: WaitingCreate, image: string): ContainerCreate {
  return {
    ...spec,
    image,
    entrypoint: [PROGRAM],
    command: [],
    environment: [],
    user: '65534:65534',
    mounts: [],
    aliases: [],
    links: [],
    extraHosts: [],
    dns: [],
    devices: [],
    publish: [],
    privileged: false,
    oomKillDisable: false,
    limits: LIMITS,
    stdin: true,
  };
}

function strict(config: ContainerCreateOptions): ContainerCreateOptions {
  return {
    ...config,
    HostConfig: {
      ...config.HostConfig,
      Init: false,
      CapAdd: [],
      ReadonlyRootfs: true,
      // Stages follow one another in its namespace: what was connected to one's port must not keep the next one from it
      // for a minute (https://docs.kernel.org/networking/ip-sysctl.html, tcp_max_tw_buckets).
      Sysctls: { 'net.ipv4.tcp_max_tw_buckets': '0' },
    },
  };
}

async function bringImage(client: Client, image: string, program: Buffer): Promise<void> {
  if ((await inspectImage(client, image)) !== undefined) return;
  await importImage(client, image, (tar) => void tar.entry({ name: PROGRAM.slice(1), mode: 0o755 }, program));
}
