import type { Labels } from '../../worker/ports.js';
import type { Client } from './client.js';
import { removeContainer } from './container.js';
import type { ImageConfigs } from './image-configs.js';
import { CONTAINER_KIND, IMAGE_KIND } from './kind.js';
import { LABELLED } from './layer-sizes.js';
import { parseReference } from './reference.js';

export interface Labelling {
  readonly labels: Labels;
  /** The name of the new image; absent: it has none. */
  readonly tag?: string;
  /** Of the container that it takes, should we die before `leave`. */
  readonly containerLabels: Labels;
}

export interface Labelled {
  /** The new image's. */
  readonly id: string;
  /** Removes the container that it took. */
  readonly leave: () => Promise<void>;
}

/**
 * Makes an image of an image: the same in everything but its labels and name, and without a layer of its own.
 * Not by a build `FROM` it: that would carry out the image's ONBUILD instructions and take them away.
 * @param image its id, or the beginning of it
 */
export async function labelImage(
  { client, configs }: { readonly client: Client; readonly configs: ImageConfigs },
  image: string,
  { labels, tag, containerLabels }: Labelling,
): Promise<Labelled> {
  const { Id: parent, Config: config } = await configs(image);
  // Never started. The image may have no command, and a container must; it is not taken over into the new one.
  const spec = {
    Image: parent,
    Entrypoint: ['/never-run'],
    Labels: { ...containerLabels, ...CONTAINER_KIND },
  };
  const { Id: container } = await client.post<{ Id: string }>('/containers/create', {}, spec);
  const leave = (): Promise<void> => removeContainer(client, container);
  try {
    const { Id: id } = await client.post<{ Id: string }>(
      '/commit',
      { container, comment: LABELLED, pause: 'false', ...(tag === undefined ? {} : name(tag)) },
      // What is absent here, the engine takes from the container.
      {
        ...config,
        Entrypoint: config.Entrypoint ?? [],
        Labels: { ...config.Labels, ...labels, ...IMAGE_KIND },
      },
    );
    return { id, leave };
  } catch (error) {
    await leave();
    throw error;
  }
}

function name(reference: string): { repo: string; tag: string } {
  const { name: repo, tag = 'latest' } = parseReference(reference);
  return { repo, tag };
}
