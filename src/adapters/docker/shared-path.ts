import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerCreate } from '../../worker/ports.js';
import { LABELS } from '../../worker/ports.js';
import type { Client } from './client.js';
import { removeContainer } from './container.js';
import { containerConfig } from './container-config.js';
import { answerOf, reachStream } from './errors.js';
import { removeImage } from './images.js';
import { importImage } from './import-image.js';

/**
 * Whether a directory of ours is the same on the engine's host: a file that we write there is read back through
 * a container that mounts it. The container never runs, and its image is an empty one made for this, so that no
 * image needs to be there.
 */
export async function sharesPath(client: Client, install: string, directory: string): Promise<boolean> {
  const nonce = randomUUID();
  const file = `.cyclone-${nonce}`;
  const content = randomUUID();
  const image = `cyclone-probe:${nonce}`;
  await writeFile(join(directory, file), content);
  try {
    await importImage(
      client,
      image,
      (tar) => void tar.entry({ name: 'probe', type: 'directory' }),
      `${LABELS.install}=${install}`,
    );
    const container = await createProbe(client, install, image, directory);
    if (container === undefined) return false;
    try {
      return await holds(client, container, `/probe/${file}`, content);
    } finally {
      await removeContainer(client, container);
    }
  } finally {
    await rm(join(directory, file), { force: true });
    await removeImage(client, image);
  }
}

async function createProbe(
  client: Client,
  install: string,
  image: string,
  directory: string,
): Promise<string | undefined> {
  const spec: ContainerCreate = {
    name: image.replace(':', '-'),
    image,
    labels: {},
    environment: [],
    command: ['/never-run'],
    mounts: [{ source: directory, target: '/probe', readOnly: true }],
    aliases: [],
    links: [],
    extraHosts: [],
    dns: [],
    devices: [],
    publish: [],
    privileged: false,
    limits: { memory: 0, cpus: 0, pids: 0 },
    oomKillDisable: false,
    stdin: false,
  };
  try {
    const config = containerConfig(spec, { install, init: false });
    return (await client.post<{ Id: string }>('/containers/create', { name: spec.name }, config)).Id;
  } catch (error) {
    // The engine's host has no such directory.
    if (answerOf(error)) return undefined;
    throw error;
  }
}

/** One small file in a tar is one header and its bytes: that they are in there is proof enough. */
async function holds(client: Client, container: string, path: string, content: string): Promise<boolean> {
  try {
    const tar = await client.call((docker) => docker.getContainer(container).getArchive({ path }));
    const chunks: Buffer[] = [];
    for await (const chunk of reachStream(tar as AsyncIterable<Buffer>)) chunks.push(chunk);
    return Buffer.concat(chunks).includes(content);
  } catch (error) {
    if (answerOf(error)) return false;
    throw error;
  }
}
