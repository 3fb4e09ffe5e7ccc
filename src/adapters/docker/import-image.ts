import { Readable } from 'node:stream';
import { pack } from 'tar-stream';
import { EngineRefused } from '../../worker/ports.js';
import type { Client } from './client.js';
import { reachStream } from './errors.js';
import { messages } from './messages.js';

/** What the one layer of an image holds. */
export type Layer = (tar: ReturnType<typeof pack>) => void;

/** Makes an image from nothing; no registry is asked. @param label `K=V` that it bears */
export async function importImage(
  client: Client,
  image: string,
  layer: Layer,
  label?: string,
): Promise<void> {
  const [repo, tag] = image.split(':');
  const tar = pack();
  layer(tar);
  tar.finalize();
  const changes = label === undefined ? {} : { changes: `LABEL ${label}` };
  const stream = await client.call((docker) =>
    docker.importImage(Readable.from(tar, { objectMode: false }), { repo, tag, ...changes }),
  );
  for await (const { error } of messages(reachStream(stream as AsyncIterable<Buffer>))) {
    if (error !== undefined) throw new EngineRefused('container', error);
  }
}
